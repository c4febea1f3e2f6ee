#include "formats/split_lists.h"
#include "tools/common/program.h"
#include "tools/common/report.h"
#include "tools/common/stop.h"
#include "tools/common/verbs.h"
#include "tools/extract/finish.h"
#include "tools/extract/group_pattern.h"
#include "tools/extract/job.h"
#include "tools/extract/notes.h"
#include "tools/extract/own_lists.h"
#include "tools/extract/plan.h"
#include "tools/extract/settings.h"
#include "tools/extract/show_plan.h"
#include "tools/extract/targets.h"
#include "tools/extract/tutorial.h"

static int check_sandbox(const struct sandbox *sandbox, struct error *err)
{
    if (sandbox->mode == SANDBOX_REQUIRE && !sandbox_has_filter()) {
        return error_set(err, ERR_VALUE, "--sandbox require: system calls cannot be filtered here "
                         "(--sandbox auto goes on without)");
    }
    report_sandbox("extract", sandbox);
    return 0;
}

static int read_classes(struct class_list *ret, const struct extract_settings *settings,
                        struct error *err)
{
    if (!settings->classes) {
        return 0;
    }
    return settings->classes[0] == '@'
        ? class_list_read_names(ret, settings->classes + 1, err)
        : class_list_parse(ret, settings->classes, "--classes", err);
}

// From the command line to the plan.
static int make_plan(struct plan *ret, struct split_lists *lists, struct plan_list **own,
                     const struct extract_settings *settings, const struct sandbox *sandbox,
                     char **operands, int operand_count, struct error *err)
{
    struct class_list chosen = {0};
    struct source source = {0};
    int code = read_classes(&chosen, settings, err);
    struct group_ratio ratio;
    if (code == 0) {
        code = group_ratio_parse(&ratio, settings->ratio, err);
    }
    if (code == 0) {
        code = own_lists_read(own, &settings->lists, err);
    }
    if (code == 0 && settings->splits) {
        // With a pattern, the groups of the clips here are looked at later.
        bool check_groups = !settings->force_split && !settings->group_pattern;
        code = split_lists_read(lists, settings->splits, check_groups, err);
    }
    if (code == 0) {
        code = settings->layout == LAYOUT_TUTORIAL
            ? tutorial_find(&source, operands[0], settings->classes ? &chosen : NULL, sandbox, err)
            : source_find(&source, (const char *const *)operands, operand_count,
                          err);
    }
    if (code == 0 && settings->group_pattern) {
        code = group_pattern_apply(&source, settings->group_pattern, err);
    }
    if (code == 0) {
        const struct plan_options options = {
            .lists = settings->splits ? lists : NULL,
            .chosen = settings->classes ? &chosen : NULL,
            .own = *own,
            .own_count = *own ? settings->lists.count : 0,
            .ratio = ratio,
            .seed = settings->seed,
            .force_split = settings->force_split,
        };
        code = plan_make(ret, &source, &options, err);
    }
    source_free(&source);
    class_list_free(&chosen);
    return code;
}

static int show(struct plan *plan, const struct extract_settings *settings, struct error *err)
{
    int code = settings->shard ? plan_take_shard(plan, settings->shard_number,
                                                 settings->shard_count, err) : 0;
    return code < 0 ? code : show_plan(plan, settings, err);
}

static int pack(struct plan *plan, const struct extract_settings *settings,
                struct job_counts *counts, struct error *err)
{
    struct pack_writer *writer = NULL;
    int code = begin_pack(&writer, counts, plan, settings, err);
    if (code == 0 && writer) {
        code = job_run(counts, plan, settings, writer, err);
        if (code < 0) {
            suspend_pack(&writer, plan, settings);
        }
    }
    return code < 0 ? code : finish_pack(&writer, plan, settings, counts, err);
}

static int run(const struct extract_settings *settings, char **operands, int operand_count,
               struct job_counts *counts, struct error *err)
{
    struct plan plan = {0};
    struct split_lists lists = {0};
    struct plan_list *own = NULL;
    struct sandbox sandbox = sandbox_defaults();
    sandbox.mode = (enum sandbox_mode)settings->sandbox;
    int code = settings->dry_run ? 0 : targets_check(settings, err);
    if (code == 0) {
        code = check_sandbox(&sandbox, err);
    }
    if (code == 0) {
        code = make_plan(&plan, &lists, &own, settings, &sandbox, operands, operand_count, err);
    }
    if (code == 0 && !settings->dry_run) {
        code = targets_check_sources(settings, &plan.source, err);
    }
    if (code == 0) {
        notes_say(&plan);
        own_lists_say(own, settings->lists.count);
        code = settings->dry_run ? show(&plan, settings, err)
                                 : pack(&plan, settings, counts, err);
    }
    plan_free(&plan);
    split_lists_free(&lists);
    own_lists_free(&own, settings->lists.count);
    return code;
}

int main(int argc, char **argv)
{
    struct extract_settings settings = extract_settings_defaults();
    struct job_counts counts = {0};
    struct error err = ERROR_INIT;
    int first = 0;
    program_start();
    int code = options_parse(&extract_command, &settings, argc, argv, &first, &err);
    if (code > 0) {
        return EXIT_DONE;
    }
    if (code == 0) {
        code = extract_settings_check(&settings, argc - first, &err);
    }
    if (code == 0) {
        stop_install();
        code = run(&settings, argv + first, argc - first, &counts, &err);
    }
    if (code < 0) {
        return (int)report_failure("extract", &err);
    }
    return (int)verbs_end(&extract_command, counts.failed > 0 ? EXIT_SOME_LEFT_OUT : EXIT_DONE);
}
