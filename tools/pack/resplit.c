/* `pack resplit`: the same pixels with other splits. */

#include "core/base/text.h"
#include "formats/pack_layout.h"
#include "tools/common/group_ratio.h"
#include "tools/common/stop.h"
#include "tools/pack/new_splits.h"
#include "tools/pack/repack.h"
#include "tools/pack/verb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct resplit_settings {
    struct verb_settings common;
    const char *output;
    bool force;
    bool force_split;
    const char *seed; // as text: NULL tells that it was not given
    const char *ratio;
    const char *splits;
    struct option_list lists; // NAME=FILE
};

#define AT(member) offsetof(struct resplit_settings, member)

static const struct option_entry entries[] = {
    {.type = OPTION_TEXT, .name = "output", .letter = 'o', .argument = "PACK",
     .offset = AT(output), .help = "the pack to write"},
    {.type = OPTION_FLAG, .name = "force", .letter = 'f', .offset = AT(force),
     .help = "replace that pack if it exists"},
    {.type = OPTION_TEXT, .name = "seed", .argument = "N", .offset = AT(seed),
     .help = "draw the split 'groups' anew by this seed (54321 where only --ratio is given)"},
    {.type = OPTION_TEXT, .name = "ratio", .argument = "A:B:C", .offset = AT(ratio),
     .help = "draw 'groups' anew, with A : B : C clips in train, val and test (6:2:2)"},
    {.type = OPTION_TEXT, .name = "splits", .argument = "DIR", .offset = AT(splits),
     .help = "official lists: UCF101's (classInd.txt, trainlist0N.txt, testlist0N.txt), HMDB51's "
             "(CLASS_test_splitN.txt) or those of Kinetics (*.csv)"},
    {.type = OPTION_LIST, .name = "split", .argument = "NAME=FILE", .offset = AT(lists),
     .help = "a split of your own: lines PATH PART, PART being train, val, test or none; may be "
             "given several times"},
    {.type = OPTION_FLAG, .name = "force-split", .offset = AT(force_split),
     .help = "allow splits that have one group on two sides"},
    VERB_SANDBOX_ENTRY,
    {.name = NULL, .help = NULL},
};

static const struct command command = {
    .name = "pack resplit",
    .usage = "pack resplit -o PACK [options] OLD",
    .summary = "Write a pack with the samples of OLD and other splits. Those that are asked for "
               "are made, or replace what has their name; the others stay.",
    .options = entries,
    .closing = "Exit status: 0 done, 1 failed, 2 wrong use.\n",
};

// ---- what is asked for ----

// What the plan of the new pack points to.
struct resplit {
    struct new_splits splits;
    bool drawn;
    uint64_t seed;
    struct group_ratio ratio;
};

static int draw(struct resplit *r, const struct resplit_settings *settings, struct error *err)
{
    r->drawn = true;
    r->seed = 54321;
    if (settings->seed && !text_to_u64(settings->seed, &r->seed)) {
        char shown[80];
        return error_set(err, ERR_USAGE, "--seed %s: a whole number from 0 to 2^64 - 1 is needed",
                         text_escape(shown, sizeof shown, settings->seed));
    }
    int code = group_ratio_parse(&r->ratio, settings->ratio, err);
    if (code < 0) {
        return code;
    }
    return new_splits_draw(&r->splits, r->seed, r->ratio.shares, r->ratio.count, err);
}

static int add_list(struct resplit *r, const char *text, struct error *err)
{
    const char *equals = strchr(text, '=');
    char shown[200];
    if (!equals || equals == text || !equals[1]) {
        return error_set(err, ERR_USAGE, "--split %s: NAME=FILE is needed",
                         text_escape(shown, sizeof shown, text));
    }
    char *name = strndup(text, (size_t)(equals - text));
    if (!name) {
        return error_nomem(err, "the name of a split");
    }
    size_t absent = 0;
    int code = new_splits_listed(&r->splits, name, equals + 1, &absent, err);
    if (code == 0 && absent > 0) {
        report_say(command.name, "%s: %zu of its paths %s not in the pack",
                   text_escape(shown, sizeof shown, equals + 1), absent,
                   absent == 1 ? "is" : "are");
    }
    free(name);
    return code;
}

static int make_splits(struct resplit *r, const struct pack *pack,
                       const struct resplit_settings *settings, struct error *err)
{
    int code = new_splits_of(&r->splits, pack, err);
    if (code == 0 && (settings->seed || settings->ratio)) {
        code = draw(r, settings, err);
    }
    if (code == 0 && settings->splits) {
        code = new_splits_official(&r->splits, settings->splits,
                                   !settings->force_split, err);
    }
    for (int i = 0; code == 0 && i < settings->lists.count; i++) {
        code = add_list(r, settings->lists.values[i], err);
    }
    if (code == 0 && !settings->force_split) {
        code = new_splits_check_groups(&r->splits, err);
    }
    return code;
}

// ---- the new pack ----

static struct pack_clip clip_of(const void *context, size_t index)
{
    const struct pack *pack = context;
    return repack_clip(pack, index * (size_t)pack->samples_per_clip);
}

static void find(const void *context, size_t clip, const struct pack **ret_pack, size_t *ret_row)
{
    const struct pack *pack = context;
    *ret_pack = pack;
    *ret_row = clip * (size_t)pack->samples_per_clip;
}

static bool is_replaced(const struct resplit *r, const char *name)
{
    for (const char *const *own = pack_own_attributes; *own; own++) {
        if (strcmp(name, *own) == 0) {
            return true;
        }
    }
    return new_splits_made(&r->splits, "groups")
        && (strcmp(name, "groups_rule") == 0 || strcmp(name, "groups_seed") == 0);
}

// `attributes` has room for two more than the pack has.
static int take_attributes(struct pack_attribute *attributes, const struct resplit *r,
                           const struct pack *pack)
{
    int count = 0;
    for (int i = 0; i < pack->attribute_count; i++) {
        const struct pack_value *value = &pack->attributes[i];
        if (!is_replaced(r, value->name)) {
            attributes[count++] = repack_attribute(value);
        }
    }
    if (r->drawn) {
        attributes[count++] = (struct pack_attribute){
            .name = "groups_rule", .type = ATTRIBUTE_TEXT, .text = r->ratio.text};
        attributes[count++] = (struct pack_attribute){
            .name = "groups_seed", .type = ATTRIBUTE_INTEGER, .integer = r->seed};
    }
    return count;
}

static int write_pack(const struct resplit *r, const struct pack *pack,
                      const struct resplit_settings *settings, struct error *err)
{
    struct pack_attribute *attributes = calloc((size_t)pack->attribute_count + 2,
                                               sizeof *attributes);
    if (!attributes) {
        return error_nomem(err, settings->output);
    }
    struct pack_plan plan = repack_plan(pack, pack->clips);
    plan.splits = r->splits.splits;
    plan.split_count = r->splits.count;
    plan.attributes = attributes;
    plan.attribute_count = take_attributes(attributes, r, pack);
    plan.clip = clip_of;
    plan.context = pack;
    int code = repack_write(&plan, find, pack, settings->output, settings->force,
                            (enum sandbox_mode)settings->common.sandbox, err);
    free(attributes);
    return code;
}

static int resplit(const struct pack *pack, const struct resplit_settings *settings,
                   struct error *err)
{
    if (!settings->output || !settings->output[0]) {
        return error_set(err, ERR_USAGE, "no output: -o PACK is needed");
    }
    if (!settings->seed && !settings->ratio && !settings->splits && settings->lists.count == 0) {
        return error_set(err, ERR_USAGE, "no new split: --seed, --ratio, --splits or --split is "
                         "needed");
    }
    struct resplit r = {.drawn = false};
    int code = make_splits(&r, pack, settings, err);
    // New checksums must not be put on damaged pixels.
    code = code < 0 ? code : verb_check_sound(pack, err);
    code = code < 0 ? code : write_pack(&r, pack, settings, err);
    if (code == 0) {
        char shown[VERB_SHOWN];
        printf("%s: %zu samples, %d split%s\n",
               text_escape(shown, sizeof shown, settings->output), pack->data.samples,
               r.splits.count, r.splits.count == 1 ? "" : "s");
    }
    new_splits_free(&r.splits);
    return code;
}

static enum exit_status run(int argc, char **argv)
{
    struct resplit_settings settings = {.common = {SANDBOX_AUTO}};
    struct pack *pack = NULL;
    enum exit_status status;
    if (!verb_open(&pack, &status, &command, &settings.common, argc, argv)) {
        return status;
    }
    stop_install();
    struct error err = ERROR_INIT;
    int code = resplit(pack, &settings, &err);
    pack_close(&pack);
    return code < 0 ? report_failure(command.name, &err) : verbs_end(&command, EXIT_DONE);
}

const struct verb verb_resplit = {"resplit", &command, run,
                                  "write a pack with the same pixels and other splits"};
