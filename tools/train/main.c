#include "tools/common/program.h"
#include "tools/common/report.h"
#include "tools/common/stop.h"
#include "tools/common/verbs.h"
#include "tools/train/command_line.h"
#include "tools/train/compare.h"
#include "tools/train/compare_page.h"
#include "tools/train/compared_run.h"
#include "tools/train/curves_svg.h"
#include "tools/train/describe.h"
#include "tools/train/folds.h"
#include "tools/train/session.h"
#include "tools/train/train_settings.h"

static int train(const struct train_settings *settings, const char *pack, struct error *err)
{
    struct sandbox sandbox = train_settings_sandbox(settings);
    stop_install();
    if (!settings->quiet) {
        report_sandbox("train", &sandbox);
    }
    return train_settings_has_folds(settings) ? folds_run(settings, pack, err)
                                              : session_run(settings, pack, err);
}

// What the picture or the page cannot show is said after the table has been.
static int compare(const struct train_settings *settings, char *const *paths, int count,
                   struct error *err)
{
    struct sandbox sandbox = train_settings_sandbox(settings);
    struct compared_runs runs;
    int code = compared_runs_read(&runs, paths, count, &sandbox, err);
    if (code < 0) {
        return code;
    }
    compare_print(stdout, &runs, settings->json ? COMPARE_JSON
                                 : settings->tsv ? COMPARE_TSV : COMPARE_TABLE);
    if (settings->svg) {
        code = curves_svg_write(settings->svg, settings->force, &runs, err);
    }
    if (code == 0 && settings->html) {
        code = compare_page_write(settings->html, settings->force, &runs, err);
    }
    compared_runs_clear(&runs);
    return code;
}

int main(int argc, char **argv)
{
    program_start();
    struct train_settings settings = train_settings_defaults();
    struct error err = ERROR_INIT;
    int first;
    struct recipe *recipe = NULL;
    int code = command_line_read(&settings, &recipe, argc, argv, &first, &err);
    if (code > 0) {
        return EXIT_DONE;
    }
    code = code < 0 ? code : train_settings_check(&settings, argc - first, &err);
    if (code == 0 && settings.describe) {
        code = describe_net(settings.describe, settings.input, settings.classes, &err);
    } else if (code == 0 && settings.compare) {
        code = compare(&settings, argv + first, argc - first, &err);
    } else if (code == 0) {
        code = train(&settings, argv[first], &err);
    }
    recipe_free(&recipe);
    return code < 0 ? (int)report_failure("train", &err)
                    : (int)verbs_end(&train_command, EXIT_DONE);
}
