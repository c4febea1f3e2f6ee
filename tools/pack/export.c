/* `pack export`: what is in a pack, for programs that do not read HDF5. */

#include "core/base/text.h"
#include "formats/jpeg_encode.h"
#include "tools/common/parts.h"
#include "tools/common/report.h"
#include "tools/pack/jpeg_folder.h"
#include "tools/pack/npy_folder.h"
#include "tools/pack/verb.h"

#include <stdio.h>

struct export_settings {
    struct verb_settings common;
    const char *npy;
    const char *jpeg;
    const char *split;
    int quality;
};

enum { QUALITY = 95 };

#define AT(member) offsetof(struct export_settings, member)

static const struct option_entry entries[] = {
    {.type = OPTION_TEXT, .name = "npy", .argument = "DIR", .offset = AT(npy),
     .help = "a new folder of NumPy arrays: frames.npy, labels.npy, splits/NAME.npy, and the "
             "names in classes.txt and paths.txt"},
    {.type = OPTION_TEXT, .name = "jpeg", .argument = "DIR", .offset = AT(jpeg),
     .help = "the exercise's folders instead: trainClips/00001/1.jpg and so on, with "
             "train_labels.csv, val_labels.csv and q3_2_data.mat"},
    {.type = OPTION_TEXT, .name = "split", .argument = "NAME", .offset = AT(split),
     .help = "the split for --jpeg; default: the only one, else tutorial, else groups"},
    {.type = OPTION_INT, .name = "quality", .argument = "N", .offset = AT(quality),
     .low = 1, .high = JPEG_QUALITY_MAX, .help = "of the pictures: 1 to 100 (95)"},
    VERB_SANDBOX_ENTRY,
    {.name = NULL, .help = NULL},
};

static const struct command command = {
    .name = "pack export",
    .usage = "pack export --npy|--jpeg DIR [options] PACK",
    .summary = "Write frames, labels and splits for programs that do not read HDF5.",
    .options = entries,
    .closing = "Examples:\n"
               "  pack export --npy arrays ucf101.h5\n"
               "  pack export --jpeg folders --split ucf101-1 ucf101.h5\n"
               "Exit status: 0 done, 1 failed, 2 wrong use.\n",
};

static int check_use(const struct export_settings *settings, struct error *err)
{
    bool npy = settings->npy && settings->npy[0], jpeg = settings->jpeg && settings->jpeg[0];
    if (!npy && !jpeg) {
        return error_set(err, ERR_USAGE, "nothing to write: --npy DIR or --jpeg DIR is needed");
    }
    if (npy && jpeg) {
        return error_set(err, ERR_USAGE, "--npy and --jpeg are two exports; give one of them");
    }
    if (npy && (settings->split || settings->quality != OPTION_UNSET)) {
        return error_set(err, ERR_USAGE, "%s", settings->split
                         ? "--split goes with --jpeg; --npy has all splits"
                         : "--quality goes with --jpeg; --npy has every byte as it is");
    }
    return 0;
}

static int export_npy(const struct pack *pack, const char *folder, struct error *err)
{
    char shown[VERB_SHOWN];
    int code = npy_folder_write(folder, pack, err);
    if (code == 0) {
        printf("%s: %zu rows of %d frames, %dx%d, %d classes, %d split%s\n",
               text_escape(shown, sizeof shown, folder), pack->data.samples,
               pack->data.frames_per_sample, pack->data.width, pack->data.height,
               pack->class_count, pack->split_count, pack->split_count == 1 ? "" : "s");
    }
    return code;
}

static int export_jpeg(const struct pack *pack, const struct export_settings *settings,
                       const struct pack_column *split, struct error *err)
{
    char shown[VERB_SHOWN], name[VERB_SHOWN];
    struct jpeg_folder_counts counts;
    int quality = settings->quality == OPTION_UNSET ? QUALITY : settings->quality;
    int code = jpeg_folder_write(&counts, settings->jpeg, pack, split, quality, err);
    if (code == 0) {
        printf("%s: %zu train, %zu val, %zu test clips of split %s, %d classes\n",
               text_escape(shown, sizeof shown, settings->jpeg), counts.clips[PART_TRAIN],
               counts.clips[PART_VAL], counts.clips[PART_TEST],
               text_escape(name, sizeof name, split->name), pack->class_count);
    }
    if (code == 0 && counts.unlabelled > 0) {
        report_say(command.name, "%zu samples of train and val have no class: left out",
                   counts.unlabelled);
    }
    return code;
}

static int export_pack(const struct pack *pack, const struct export_settings *settings,
                       struct error *err)
{
    const struct pack_column *split = NULL;
    int code = check_use(settings, err);
    if (code == 0 && settings->jpeg) {
        code = parts_find_split(&split, pack, settings->split, err);
    }
    // Other files have no checksums: damage would pass unseen from here on.
    code = code < 0 ? code : verb_check_sound(pack, err);
    if (code < 0) {
        return code;
    }
    return split ? export_jpeg(pack, settings, split, err)
                 : export_npy(pack, settings->npy, err);
}

static enum exit_status run(int argc, char **argv)
{
    struct export_settings settings = {.common = {SANDBOX_AUTO}, .quality = OPTION_UNSET};
    struct pack *pack = NULL;
    enum exit_status status;
    if (!verb_open(&pack, &status, &command, &settings.common, argc, argv)) {
        return status;
    }
    struct error err = ERROR_INIT;
    int code = export_pack(pack, &settings, &err);
    pack_close(&pack);
    return code < 0 ? report_failure(command.name, &err) : verbs_end(&command, EXIT_DONE);
}

const struct verb verb_export = {"export", &command, run,
                                 "write its frames as NumPy arrays or JPEG folders"};
