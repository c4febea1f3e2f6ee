/* `pack export`: what is in a pack, for programs that do not read HDF5. */

#include "core/base/text.h"
#include "tools/pack/npy_folder.h"
#include "tools/pack/verb.h"

#include <stdio.h>

struct export_settings {
    struct verb_settings common;
    const char *npy;
};

#define AT(member) offsetof(struct export_settings, member)

static const struct option_entry entries[] = {
    {.type = OPTION_TEXT, .name = "npy", .argument = "DIR", .offset = AT(npy),
     .help = "a new folder of NumPy arrays: frames.npy, labels.npy, splits/NAME.npy, and the "
             "names in classes.txt and paths.txt"},
    VERB_SANDBOX_ENTRY,
    {.name = NULL, .help = NULL},
};

static const struct command command = {
    .name = "pack export",
    .usage = "pack export --npy DIR [options] PACK",
    .summary = "Write frames, labels and splits for programs that do not read HDF5.",
    .options = entries,
    .closing = "Exit status: 0 done, 1 failed, 2 wrong use.\n",
};

static int export_pack(const struct pack *pack, const struct export_settings *settings,
                       struct error *err)
{
    if (!settings->npy || !settings->npy[0]) {
        return error_set(err, ERR_USAGE, "nothing to write: --npy DIR is needed");
    }
    size_t bad;
    bool digest_ok;
    // Other files have no checksums: damage would pass unseen from here on.
    int code = pack_verify(pack, &bad, NULL, 0, &digest_ok, err);
    if (code == 0 && (bad > 0 || !digest_ok)) {
        code = error_set(err, ERR_FORMAT, "%s: damaged; 'pack verify' says more", pack->path);
    }
    if (code == 0) {
        code = npy_folder_write(settings->npy, pack, err);
    }
    if (code == 0) {
        char shown[VERB_SHOWN];
        printf("%s: %zu rows of %d frames, %dx%d, %d classes, %d split%s\n",
               text_escape(shown, sizeof shown, settings->npy), pack->data.samples,
               pack->data.frames_per_sample, pack->data.width, pack->data.height,
               pack->class_count, pack->split_count, pack->split_count == 1 ? "" : "s");
    }
    return code;
}

static enum exit_status run(int argc, char **argv)
{
    struct export_settings settings = {.common = {SANDBOX_AUTO}};
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

const struct verb verb_export = {"export", &command, run, "write its frames as NumPy arrays"};
