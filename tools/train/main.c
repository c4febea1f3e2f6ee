#include "tools/common/program.h"
#include "tools/common/report.h"
#include "tools/common/stop.h"
#include "tools/train/command_line.h"
#include "tools/train/compare.h"
#include "tools/train/compare_page.h"
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
    return folds_wanted(settings) ? folds_run(settings, pack, err)
                                  : session_run(settings, pack, err);
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
        struct sandbox sandbox = train_settings_sandbox(&settings);
        code = compare_runs(stdout, argv + first, argc - first,
                            settings.json ? COMPARE_JSON
                            : settings.tsv ? COMPARE_TSV : COMPARE_TABLE, &sandbox, &err);
        if (code == 0 && settings.svg) {
            code = curves_svg_write(settings.svg, settings.force, argv + first, argc - first,
                                    &sandbox, &err);
        }
        if (code == 0 && settings.html) {
            code = compare_page_write(settings.html, settings.force, argv + first, argc - first,
                                      &sandbox, &err);
        }
    } else if (code == 0) {
        code = train(&settings, argv[first], &err);
    }
    recipe_free(&recipe);
    return code < 0 ? report_failure("train", &err) : EXIT_DONE;
}
