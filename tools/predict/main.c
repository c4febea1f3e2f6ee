#include "tools/common/program.h"
#include "tools/common/report.h"
#include "tools/common/stop.h"
#include "tools/common/verbs.h"
#include "tools/predict/predict_settings.h"
#include "tools/predict/prediction.h"

int main(int argc, char **argv)
{
    program_start();
    struct predict_settings settings = predict_settings_defaults();
    struct error err = ERROR_INIT;
    int first;
    int code = options_parse(&predict_command, &settings, argc, argv, &first, &err);
    if (code > 0) {
        return EXIT_DONE;
    }
    code = code < 0 ? code : predict_settings_check(&settings, argc - first, &err);
    if (code < 0) {
        return report_failure("predict", &err);
    }
    stop_install();
    struct sandbox sandbox = predict_settings_sandbox(&settings);
    if (!settings.quiet) {
        report_sandbox("predict", &sandbox);
    }
    code = prediction_run(&settings, argv[first], argv[first + 1], &err);
    return code < 0 ? (int)report_failure("predict", &err)
                    : (int)verbs_end(&predict_command, EXIT_DONE);
}
