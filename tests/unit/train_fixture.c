#include "tests/unit/train_fixture.h"

#include "tests/unit/learning_fixture.h"
#include "tools/train/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

void train_fixture_prepare(void)
{
    struct learning_pack plan = learning_pack_defaults();
    learning_pack_write(&plan, "p.h5");
    learning_put_net();
}

struct train_settings train_fixture_settings(const char *run)
{
    struct train_settings settings = train_settings_defaults();
    settings.output = run;
    settings.net = "small.net";
    settings.quiet = true;
    settings.threads = 1;
    settings.epochs = 2;
    settings.batch = 8;
    settings.lr = 1e-3;
    return settings;
}

void train_fixture_run(const struct train_settings *settings)
{
    struct error err = ERROR_INIT;
    if (session_run(settings, "p.h5", &err) < 0) {
        fail_msg("%s", err.text);
    }
}
