#include "tools/extract/settings.h"

#include "core/base/sandbox.h"
#include "core/base/text.h"
#include "formats/pack.h"
#include "tools/common/cpus.h"
#include "tools/extract/slot.h"

#include <stddef.h>
#include <string.h>

enum { FRAMES_MAX = 1000, SAMPLES_MAX = 10000, SIZE_MAX_PIXELS = 4096, JOBS_MAX = 256,
       STRIDE_MAX = 1000000 };

// Words in the order of the enums that they stand for.
static const char *const layout_words[] = {"videos", "tutorial", NULL};
static const char *const sampling_words[] = {"centers", "uniform", "random", "consecutive",
                                             "first", "middle", NULL};
static const char *const fit_words[] = {"crop", "stretch", "pad", NULL};
static const char *const seek_words[] = {"auto", "never", NULL};
static const char *const on_error_words[] = {"skip", "stop", NULL};

#define AT(member) offsetof(struct extract_settings, member)

static const struct option_entry entries[] = {
    {.type = OPTION_HEADING, .argument = "clips", .help = "Clips and classes"},
    {.type = OPTION_TEXT, .name = "splits", .argument = "DIR", .offset = AT(splits),
     .help = "official lists: UCF101's (classInd.txt, trainlist0N.txt, testlist0N.txt), HMDB51's "
             "(CLASS_test_splitN.txt) or those of Kinetics (*.csv)"},
    {.type = OPTION_LIST, .name = "split", .argument = "NAME=FILE", .offset = AT(lists),
     .help = "a split of your own: lines PATH PART, PATH behind SOURCE, PART being train, val, "
             "test or none; may be given several times"},
    {.type = OPTION_TEXT, .name = "ratio", .argument = "A:B:C", .offset = AT(ratio),
     .help = "clips in train, val and test of the split 'groups' (6:2:2)"},
    {.type = OPTION_TEXT, .name = "group-pattern", .argument = "REGEX",
     .offset = AT(group_pattern),
     .help = "a clip's group is what the first (...) of this POSIX extended regular expression "
             "matches in its path (default: as the files of UCF101, HMDB51 and Kinetics are "
             "named)"},
    {.type = OPTION_FLAG, .name = "force-split", .offset = AT(force_split),
     .help = "allow splits that have one group on two sides"},
    {.type = OPTION_TEXT, .name = "classes", .argument = "A,B|@FILE", .offset = AT(classes),
     .help = "pack these classes only (a name per line in FILE)"},
    {.type = OPTION_CHOICE, .name = "layout", .argument = "WORD", .offset = AT(layout),
     .choices = layout_words,
     .help = "videos (default), or tutorial: a folder of {train,val,test}Clips/NNNNN/{1,2,3}.jpg"},
    {.type = OPTION_HEADING, .argument = "frames", .help = "Frames"},
    {.type = OPTION_INT, .name = "frames", .argument = "T", .offset = AT(frames), .low = 1,
     .high = FRAMES_MAX, .help = "frames of a sample (3)"},
    {.type = OPTION_INT, .name = "samples", .argument = "K", .offset = AT(samples), .low = 1,
     .high = SAMPLES_MAX, .help = "samples of a clip: K x T frames in runs of T (1)"},
    {.type = OPTION_CHOICE, .name = "sampling", .argument = "RULE", .offset = AT(sampling),
     .choices = sampling_words,
     .help = "centers of equal segments (default), uniform from first to last, random (one of "
             "each segment, drawn by the seed), consecutive (runs spread evenly), first, middle"},
    {.type = OPTION_INT, .name = "stride", .argument = "S", .offset = AT(stride), .low = 1,
     .high = STRIDE_MAX, .help = "consecutive, first, middle: from frame to frame (1)"},
    {.type = OPTION_DIMS, .name = "size", .argument = "WxH", .offset = AT(size),
     .high = SIZE_MAX_PIXELS, .help = "width and height of a packed frame (64x64)"},
    {.type = OPTION_CHOICE, .name = "fit", .argument = "HOW", .offset = AT(fit),
     .choices = fit_words,
     .help = "crop to the centre (default), stretch, or pad with black"},
    {.type = OPTION_U64, .name = "seed", .argument = "N", .offset = AT(seed),
     .help = "draws the split 'groups', and the frames of random (54321)"},
    {.type = OPTION_HEADING, .argument = "running", .help = "Output and running"},
    {.type = OPTION_TEXT, .name = "output", .letter = 'o', .argument = "PACK",
     .offset = AT(output), .unrecorded = true, .help = "the pack to write"},
    {.type = OPTION_FLAG, .name = "force", .letter = 'f', .offset = AT(force),
     .unrecorded = true, .help = "replace PACK if it exists"},
    {.type = OPTION_FLAG, .name = "dry-run", .letter = 'n', .offset = AT(dry_run),
     .unrecorded = true, .help = "show what would be packed, and write nothing"},
    {.type = OPTION_FLAG, .name = "json", .offset = AT(json), .unrecorded = true,
     .help = "say what came of it as JSON, for scripts"},
    {.type = OPTION_FLAG, .name = "verbose", .letter = 'v', .offset = AT(verbose),
     .unrecorded = true,
     .help = "say of every clip how long it is, and whether all of it was decoded"},
    {.type = OPTION_FLAG, .name = "restart", .offset = AT(restart), .unrecorded = true,
     .help = "throw away what an unfinished run left (default: go on with it)"},
    {.type = OPTION_TEXT, .name = "shard", .argument = "I/N", .offset = AT(shard),
     .unrecorded = true,
     .help = "pack the I-th of N parts of the clips; 'pack merge' makes one pack of all"},
    {.type = OPTION_CHOICE, .name = "on-error", .argument = "WORD", .offset = AT(on_error),
     .choices = on_error_words, .unrecorded = true,
     .help = "a clip that fails: skip it (default), or stop"},
    {.type = OPTION_TEXT, .name = "failures", .argument = "FILE", .offset = AT(failures),
     .unrecorded = true,
     .help = "list the failed clips in FILE (path, tab, reason), replacing it"},
    {.type = OPTION_INT, .name = "jobs", .letter = 'j', .argument = "N", .offset = AT(jobs),
     .low = 1, .high = JOBS_MAX, .unrecorded = true,
     .help = "worker processes (as many as CPUs); any number gives the same pack"},
    {.type = OPTION_INT, .name = "clip-timeout", .argument = "S", .offset = AT(clip_timeout),
     .low = 1, .high = 86400, .unrecorded = true,
     .help = "give up on a clip after S seconds (60)"},
    {.type = OPTION_CHOICE, .name = "seek", .argument = "WHEN", .offset = AT(seek),
     .choices = seek_words, .unrecorded = true,
     .help = "auto (default): decode only what is needed where that provably gives the same; "
             "or never"},
    {.type = OPTION_FLAG, .name = "verify-seek", .offset = AT(verify_seek), .unrecorded = true,
     .help = "decode both ways; a clip fails if they differ"},
    {.type = OPTION_CHOICE, .name = "sandbox", .argument = "MODE", .offset = AT(sandbox),
     .choices = sandbox_mode_words, .unrecorded = true,
     .help = "filter the workers' system calls: auto (where possible, default), require, off"},
    {.name = NULL, .help = NULL},
};

// What most people need.
static const char *const common[] = {"output", "splits", "classes", "frames", "samples",
    "sampling", "size", "dry-run", "force", "jobs", NULL};

const struct command extract_command = {
    .name = "extract",
    .usage = "extract -o PACK [options] SOURCE...",
    .summary = "Pack a few small frames of every clip into one HDF5 file. SOURCE is a folder of "
               "class folders, a folder of videos, a video, or @LIST (lines PATH or "
               "PATH<TAB>CLASS).",
    .options = entries,
    .common = common,
    .closing =
        "Examples:\n"
        "  extract -o ucf101.h5 --splits ucfTrainTestlist UCF-101\n"
        "  extract -o two.h5 --samples 10 --sampling uniform --classes A,B UCF-101\n"
        "  extract -o tutorial.h5 --layout tutorial ucf10\n"
        "  extract -o mine.h5 holiday.mp4\n"
        "A run that was stopped or killed is taken up by the same command.\n"
        "Exit status: 0 done, 1 failed, 2 wrong use, 3 done but some clips failed.\n",
};

struct extract_settings extract_settings_defaults(void)
{
    return (struct extract_settings){
        .layout = LAYOUT_VIDEOS,
        .frames = 3,
        .samples = 1,
        .size = {64, 64},
        .sampling = CHOOSE_CENTERS,
        .stride = 1,
        .fit = FIT_CROP,
        .seed = 54321,
        .sandbox = SANDBOX_AUTO,
        .clip_timeout = 60,
    };
}

static int check_tutorial(const struct extract_settings *settings, int operand_count,
                          struct error *err)
{
    if (operand_count != 1) {
        return error_set(err, ERR_USAGE, "--layout tutorial: one folder is needed, %d given",
                         operand_count);
    }
    if (settings->splits) {
        return error_set(err, ERR_USAGE, "--layout tutorial brings its own split: it does not go "
                         "with --splits");
    }
    if (settings->group_pattern || settings->ratio) {
        return error_set(err, ERR_USAGE, "--layout tutorial says groups and parts itself: %s does "
                         "not go with it", settings->ratio ? "--ratio" : "--group-pattern");
    }
    if (settings->frames != 3 || settings->samples != 1) {
        return error_set(err, ERR_USAGE, "--layout tutorial: a clip has three images: --frames %d "
                         "--samples %d does not fit (3 and 1 do)", settings->frames,
                         settings->samples);
    }
    return 0;
}

static int parse_shard(struct extract_settings *settings, struct error *err)
{
    const char *text = settings->shard;
    const char *slash = text ? strchr(text, '/') : NULL;
    char number[8];
    if (!text) {
        return 0;
    }
    size_t length = slash ? (size_t)(slash - text) : sizeof number;
    if (length < sizeof number) {
        memcpy(number, text, length);
        number[length] = 0;
        if (text_to_int(slash + 1, 1, PACK_SHARDS_MAX, &settings->shard_count)
            && text_to_int(number, 1, settings->shard_count, &settings->shard_number)) {
            return 0;
        }
    }
    return error_set(err, ERR_USAGE, "--shard '%s': I/N is needed, with N from 1 to %d and I from "
                     "1 to N", text, PACK_SHARDS_MAX);
}

bool extract_has_stride(const struct extract_settings *settings)
{
    return settings->sampling == CHOOSE_CONSECUTIVE || settings->sampling == CHOOSE_FIRST
        || settings->sampling == CHOOSE_MIDDLE;
}

int extract_settings_check(struct extract_settings *settings, int operand_count,
                           struct error *err)
{
    if (!settings->dry_run && (!settings->output || !settings->output[0])) {
        return error_set(err, ERR_USAGE, "no output: -o PACK is needed");
    }
    if (operand_count == 0) {
        return error_set(err, ERR_USAGE, "no SOURCE: a folder, videos or @LIST are needed");
    }
    if (settings->jobs == 0) {
        settings->jobs = cpus_available(JOBS_MAX);
    }
    if (settings->json && settings->dry_run) {
        return error_set(err, ERR_USAGE, "--json says what was packed: it does not go with "
                         "--dry-run");
    }
    if (settings->verify_seek && settings->seek == CLIP_SEEK_NEVER) {
        return error_set(err, ERR_USAGE, "--verify-seek compares --seek auto with --seek never: it "
                         "does not go with the latter");
    }
    if (settings->stride != 1 && !extract_has_stride(settings)) {
        return error_set(err, ERR_USAGE, "--stride %d: goes with --sampling consecutive, first or "
                         "middle, not with %s", settings->stride,
                         sampling_words[settings->sampling]);
    }
    int code = settings->layout == LAYOUT_TUTORIAL
        ? check_tutorial(settings, operand_count, err) : 0;
    code = code < 0 ? code : parse_shard(settings, err);
    struct clip_options options = extract_clip_options(settings);
    struct slot_shape unused;
    return code < 0 ? code : slot_shape_of(&unused, &options, err);
}

const char *extract_fit_name(int fit)
{
    return fit_words[fit];
}

const char *extract_sampling_name(int sampling)
{
    return sampling_words[sampling];
}

const char *extract_layout_name(int layout)
{
    return layout_words[layout];
}

struct clip_options extract_clip_options(const struct extract_settings *settings)
{
    return (struct clip_options){
        .samples = settings->samples,
        .frames = settings->frames,
        .width = settings->size[0],
        .height = settings->size[1],
        .fit = (enum clip_fit)settings->fit,
        .sampling = (enum choose_rule)settings->sampling,
        .stride = (uint32_t)settings->stride,
        .seek = settings->verify_seek ? CLIP_SEEK_VERIFY : (enum clip_seek)settings->seek,
    };
}
