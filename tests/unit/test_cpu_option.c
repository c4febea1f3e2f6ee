// --cpu of train and predict: what is asked for is what nets are built from.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/nn/kernels/kernel_set.h"
#include "tools/predict/predict_settings.h"
#include "tools/train/train_settings.h"

static int check_train(const char *cpu, struct error *err)
{
    struct train_settings settings = train_settings_defaults();
    settings.output = "run";
    if (cpu) {
        settings.cpu = cpu;
    }
    return train_settings_check(&settings, 1, err);
}

static int check_predict(const char *cpu, struct error *err)
{
    struct predict_settings settings = predict_settings_defaults();
    if (cpu) {
        settings.cpu = cpu;
    }
    return predict_settings_check(&settings, 2, err);
}

static void every_set_is_used(int (*check)(const char *cpu, struct error *err))
{
    struct error err = ERROR_INIT;
    const struct kernel_set *const *sets = kernel_sets();
    for (int i = 0; sets[i]; i++) {
        assert_int_equal(check(sets[i]->name, &err), 0);
        assert_ptr_equal(kernel_set_current(), sets[i]);
    }
    assert_int_equal(check("auto", &err), 0);
    assert_ptr_equal(kernel_set_current(), sets[0]);
    assert_int_equal(check("c", &err), 0);
    assert_string_equal(kernel_set_current()->name, "c");
    assert_int_equal(check(NULL, &err), 0); // the default
    assert_ptr_equal(kernel_set_current(), sets[0]);
}

// The message says what there is, and the set stays as it was.
static void others_are_refused(int (*check)(const char *cpu, struct error *err))
{
    static const char *const unknown[] = {"", "mmx", "C", "avx2 ", "auto,c"};
    struct error none = ERROR_INIT;
    assert_int_equal(check("c", &none), 0);
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        struct error err = ERROR_INIT;
        char quoted[32];
        snprintf(quoted, sizeof quoted, "'%s'", unknown[i]);
        assert_int_equal(check(unknown[i], &err), ERR_USAGE);
        assert_non_null(strstr(err.text, quoted));
        assert_non_null(strstr(err.text, kernel_sets()[0]->name));
        assert_string_equal(kernel_set_current()->name, "c");
    }
}

static void test_train(void **state)
{
    (void)state;
    every_set_is_used(check_train);
    others_are_refused(check_train);
}

static void test_predict(void **state)
{
    (void)state;
    every_set_is_used(check_predict);
    others_are_refused(check_predict);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_train), cmocka_unit_test(test_predict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
