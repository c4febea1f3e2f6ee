// What is said of failed clips comes in the order of the plan.
#include "tools/extract/complaints.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { MANY = 100, LINE = 64 };

// What stands on standard error after complaints_say(), in `text`.
static void said(struct complaints *complaints, size_t end, char *text, size_t capacity)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    int before = dup(STDERR_FILENO);
    assert_true(before >= 0 && dup2(fileno(file), STDERR_FILENO) >= 0);
    complaints_say(complaints, end);
    fflush(stderr);
    assert_true(dup2(before, STDERR_FILENO) >= 0);
    close(before);
    rewind(file);
    text[fread(text, 1, capacity - 1, file)] = 0;
    fclose(file);
}

static void add(struct complaints *complaints, size_t clip)
{
    struct error err = ERROR_INIT;
    char path[LINE];
    snprintf(path, sizeof path, "clip-%zu", clip);
    assert_int_equal(complaints_add(complaints, clip, path, "broken", &err), 0);
}

static void test_order_and_end(void **state)
{
    (void)state;
    struct complaints complaints = {0};
    char text[256];
    add(&complaints, 7);
    add(&complaints, 2);
    add(&complaints, 5);
    said(&complaints, 2, text, sizeof text);
    assert_string_equal(text, "");
    said(&complaints, 6, text, sizeof text);
    assert_string_equal(text, "extract: clip-2: broken\nextract: clip-5: broken\n");
    add(&complaints, 6);
    said(&complaints, 8, text, sizeof text);
    assert_string_equal(text, "extract: clip-6: broken\nextract: clip-7: broken\n");
    said(&complaints, SIZE_MAX, text, sizeof text);
    assert_string_equal(text, "");
    add(&complaints, 1); // dropped unsaid: the address sanitizer would tell of a leak
    complaints_clear(&complaints);
}

static void test_many(void **state)
{
    (void)state;
    struct complaints complaints = {0};
    char text[MANY * LINE], wanted[MANY * LINE] = "";
    for (size_t i = 0; i < MANY; i++) {
        add(&complaints, i * 37 % MANY); // each once
        snprintf(wanted + strlen(wanted), LINE, "extract: clip-%zu: broken\n", i);
    }
    said(&complaints, MANY, text, sizeof text);
    assert_string_equal(text, wanted);
    complaints_clear(&complaints);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_and_end),
        cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
