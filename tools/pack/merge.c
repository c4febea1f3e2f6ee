/* `pack merge`: the shards of one plan, put together. */

#include "core/base/text.h"
#include "formats/pack_layout.h"
#include "tools/common/stop.h"
#include "tools/pack/repack.h"
#include "tools/pack/shard_set.h"
#include "tools/pack/verb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct merge_settings {
    struct verb_settings verb;
    const char *output;
    bool force;
};

static const struct option_entry entries[] = {
    {.type = OPTION_TEXT, .name = "output", .letter = 'o', .argument = "PACK",
     .offset = offsetof(struct merge_settings, output), .help = "the pack to write"},
    {.type = OPTION_FLAG, .name = "force", .letter = 'f',
     .offset = offsetof(struct merge_settings, force), .help = "replace PACK if it exists"},
    VERB_SANDBOX_ENTRY,
    {.name = NULL, .help = NULL},
};

static const struct command command = {
    .name = "pack merge",
    .usage = "pack merge -o PACK [options] SHARD...",
    .summary = "Make one pack of the shards that 'extract --shard I/N' wrote. It has the same "
               "bytes as the pack of a single run. The order of SHARDs does not matter.",
    .options = entries,
    .closing = "Exit status: 0 done, 1 failed, 2 wrong use, 3 done but some clips had failed.\n",
};

// ---- the plan of the whole ----

static struct pack_clip clip_of(const void *context, size_t index)
{
    const struct pack *pack;
    size_t row;
    shard_set_find(context, index, &pack, &row);
    return repack_clip(pack, row);
}

static bool is_kept(const char *name)
{
    bool kept = strcmp(name, PACK_SHARD) != 0 && strcmp(name, PACK_SHARDS) != 0
             && strcmp(name, PACK_SHARD_OF) != 0;
    for (const char *const *own = pack_own_attributes; kept && *own; own++) {
        kept = strcmp(name, *own) != 0;
    }
    return kept;
}

static void take_attributes(struct pack_plan *plan, struct pack_attribute *attributes,
                            const struct pack *pack)
{
    for (int i = 0; i < pack->attribute_count; i++) {
        const struct pack_value *value = &pack->attributes[i];
        if (is_kept(value->name)) {
            attributes[plan->attribute_count++] = repack_attribute(value);
        }
    }
    plan->attributes = attributes;
}

// The columns of all shards, one after the other.
static void take_splits(struct pack_plan *plan, struct pack_split_plan *splits, uint8_t *parts,
                        const struct shard_set *set)
{
    const struct pack *first = set->packs[0];
    size_t samples = (size_t)first->samples_per_clip;
    for (int i = 0; i < first->split_count; i++) {
        uint8_t *column = parts + (size_t)i * plan->clips;
        splits[i] = (struct pack_split_plan){first->splits[i].name, column};
        for (size_t clip = 0; clip < plan->clips; clip++) {
            const struct pack *pack;
            size_t row;
            shard_set_find(set, clip, &pack, &row);
            column[clip] = pack_split(pack, splits[i].name)->parts[row / samples * samples];
        }
    }
    plan->splits = splits;
    plan->split_count = first->split_count;
}

static void find(const void *context, size_t clip, const struct pack **ret_pack, size_t *ret_row)
{
    shard_set_find(context, clip, ret_pack, ret_row);
}

static size_t count_failed(const struct shard_set *set)
{
    size_t failed = 0;
    for (size_t i = 0; i < set->clips; i++) {
        const struct pack *pack;
        size_t row;
        shard_set_find(set, i, &pack, &row);
        failed += pack->status[row] == CLIP_FAILED;
    }
    return failed;
}

static int merge(const struct shard_set *set, const struct merge_settings *settings,
                 struct error *err)
{
    const struct pack *first = set->packs[0];
    struct pack_plan plan = repack_plan(first, set->clips);
    plan.clip = clip_of;
    plan.context = set;
    size_t columns = (size_t)first->split_count;
    struct pack_attribute *attributes = calloc((size_t)first->attribute_count + 1,
                                               sizeof *attributes);
    struct pack_split_plan *splits = calloc(columns + 1, sizeof *splits);
    uint8_t *parts = calloc(columns + 1, plan.clips);
    int code = attributes && splits && parts ? 0 : error_nomem(err, settings->output);
    if (code == 0) {
        take_attributes(&plan, attributes, first);
        take_splits(&plan, splits, parts, set);
        code = repack_write(&plan, find, set, settings->output, settings->force,
                            (enum sandbox_mode)settings->verb.sandbox, err);
    }
    free(attributes);
    free(splits);
    free(parts);
    return code;
}

static enum exit_status run(int argc, char **argv)
{
    struct merge_settings settings = {.verb = {SANDBOX_AUTO}};
    struct error err = ERROR_INIT;
    struct shard_set set = {0};
    int first = 0;
    size_t failed = 0;
    int code = options_parse(&command, &settings, argc, argv, &first, &err);
    if (code > 0) {
        return verbs_end(&command, EXIT_DONE);
    }
    if (code == 0 && (!settings.output || !settings.output[0])) {
        code = error_set(&err, ERR_USAGE, "no output: -o PACK is needed");
    }
    if (code == 0 && argc == first) {
        code = error_set(&err, ERR_USAGE, "no SHARD: packs that extract --shard wrote are needed");
    }
    if (code == 0) {
        stop_install();
        struct sandbox sandbox = sandbox_defaults();
        sandbox.mode = (enum sandbox_mode)settings.verb.sandbox;
        report_sandbox(command.name, &sandbox);
        code = shard_set_open(&set, argv + first, argc - first, &sandbox, &err);
    }
    if (code == 0) {
        failed = count_failed(&set);
        code = failed < set.clips ? merge(&set, &settings, &err)
             : error_set(&err, ERR_DECODE, "%s: not written: none of the %zu clips could be "
                         "decoded", settings.output, set.clips);
    }
    if (code == 0) {
        printf("%zu clips: %zu packed, %zu failed\n", set.clips, set.clips - failed, failed);
        char shown[VERB_SHOWN];
        printf("%s: %zu rows out of %d shard%s\n",
               text_escape(shown, sizeof shown, settings.output),
               set.clips * (size_t)set.packs[0]->samples_per_clip, set.count,
               set.count == 1 ? "" : "s");
    }
    shard_set_close(&set);
    return code < 0 ? report_failure(command.name, &err)
                    : verbs_end(&command, failed > 0 ? EXIT_SOME_LEFT_OUT : EXIT_DONE);
}

const struct verb verb_merge = {"merge", &command, run, "make one pack of its shards"};
