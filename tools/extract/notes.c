#include "tools/extract/notes.h"

#include "core/base/text.h"
#include "tools/common/report.h"

#include <stdio.h>
#include <string.h>

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static void say_tally(const struct tally *tally, const char *one, const char *many)
{
    if (tally->count > 0) {
        char shown[512];
        report_say("extract", "%zu %s (%s%s)", tally->count, tally->count == 1 ? one : many,
                   text_escape(shown, sizeof shown, tally->first),
                   tally->count == 1 ? "" : ", ...");
    }
}

static void say_fold(const struct plan_fold *fold)
{
    char parts[200] = "";
    size_t used = 0, absent = 0;
    for (int part = PART_TRAIN; part < PART_COUNT; part++) {
        bool first = used == 0, last = part == PART_TEST;
        absent += fold->absent[part];
        if (fold->listed[part] > 0 || part != PART_VAL) {
            used += (size_t)snprintf(parts + used, sizeof parts - used, "%s%zu of %zu %s%s clips",
                                     first ? "" : last ? " and " : ", ", fold->absent[part],
                                     fold->listed[part], first ? "listed " : "",
                                     pack_part_name((enum pack_part)part));
        }
    }
    if (absent > 0) {
        report_say("extract", "%s: %s are not here", fold->name, parts);
    }
    if (fold->unlisted.count > 0) {
        char shown[512];
        report_say("extract", "%s: %zu clip%s here %s in neither list (%s%s)", fold->name,
                   fold->unlisted.count, plural(fold->unlisted.count),
                   fold->unlisted.count == 1 ? "is" : "are",
                   text_escape(shown, sizeof shown, fold->unlisted.first),
                   fold->unlisted.count == 1 ? "" : ", ...");
    }
}

void notes_say(const struct plan *plan)
{
    const struct source *source = &plan->source;
    say_tally(&source->others, "other file left alone", "other files left alone");
    say_tally(&source->repeats, "folder left alone: reached before by another name",
              "folders left alone: reached before by another name");
    say_tally(&source->empty, "folder without clips left alone",
              "folders without clips left alone");
    if (source->nested && plan->classes.count == 1) {
        report_say("extract", "all clips are of one class, '%s'; if that folder holds the class "
                   "folders, give it as the SOURCE", plan->classes.names[0]);
    }
    if (plan->left_out > 0) {
        report_say("extract", "%zu clip%s of other classes left out", plan->left_out,
                   plural(plan->left_out));
    }
    for (int i = 0; i < plan->fold_count; i++) {
        say_fold(&plan->folds[i]);
    }
    if (plan->without_group > 0) {
        report_say("extract", "%zu clip%s of unknown group (see --group-pattern): each is a "
                   "group of its own", plan->without_group, plural(plan->without_group));
    }
}
