#include "tools/common/program.h"
#include "tools/common/report.h"
#include "tools/common/stop.h"
#include "tools/train/describe.h"
#include "tools/train/session.h"
#include "tools/train/train_settings.h"

int main(int argc, char **argv)
{
    program_start();
    struct train_settings settings = train_settings_defaults();
    struct error err = ERROR_INIT;
    int first;
    int code = options_parse(&train_command, &settings, argc, argv, &first, &err);
    if (code > 0) {
        return EXIT_DONE;
    }
    code = code < 0 ? code : train_settings_check(&settings, argc - first, &err);
    if (code < 0) {
        return report_failure("train", &err);
    }
    if (settings.describe) {
        code = describe_net(settings.describe, settings.input, settings.classes, &err);
        return code < 0 ? report_failure("train", &err) : EXIT_DONE;
    }
    stop_install();
    struct sandbox sandbox = train_settings_sandbox(&settings);
    if (!settings.quiet) {
        report_sandbox("train", &sandbox);
    }
    code = session_run(&settings, argv[first], &err);
    return code < 0 ? report_failure("train", &err) : EXIT_DONE;
}
