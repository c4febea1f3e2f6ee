/* Command lines: a line of the input is an argument. */

#include "tests/fuzz/fuzz_input.h"
#include "tools/common/options.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct settings {
    bool flag;
    const char *text;
    struct option_list list;
    int number;
    uint64_t large;
    double real;
    int choice;
    int dims[2];
};

#define AT(member) offsetof(struct settings, member)

static const char *const words[] = {"one", "two", "three", NULL};

static const struct option_entry entries[] = {
    {.type = OPTION_HEADING, .help = "Of each type one"},
    {.type = OPTION_FLAG, .name = "flag", .letter = 'f', .offset = AT(flag), .help = "a flag"},
    {.type = OPTION_TEXT, .name = "text", .letter = 't', .argument = "TEXT", .offset = AT(text),
     .help = "a text"},
    {.type = OPTION_LIST, .name = "list", .letter = 'l', .argument = "TEXT", .offset = AT(list),
     .help = "texts"},
    {.type = OPTION_INT, .name = "number", .argument = "N", .offset = AT(number), .low = -5,
     .high = 1000, .help = "a number"},
    {.type = OPTION_U64, .name = "large", .argument = "N", .offset = AT(large), .help = "large"},
    {.type = OPTION_DOUBLE, .name = "real", .argument = "X", .offset = AT(real), .low = 0,
     .high = 1, .help = "a fraction"},
    {.type = OPTION_CHOICE, .name = "choice", .argument = "WORD", .offset = AT(choice),
     .choices = words, .help = "a word"},
    {.type = OPTION_DIMS, .name = "dims", .argument = "WxH", .offset = AT(dims), .high = 4096,
     .help = "two numbers"},
    {.name = NULL, .help = NULL},
};

static const struct command command = {.name = "fuzz", .usage = "fuzz [options]",
                                       .summary = "Nothing.", .options = entries};

static void check(const struct settings *s)
{
    char text[4096];
    if (s->number < -5 || s->number > 1000 || !(s->real >= 0 && s->real <= 1) || s->choice < 0
        || s->choice > 2 || s->dims[0] < 1 || s->dims[1] > 4096) {
        abort();
    }
    for (const struct option_entry *entry = entries; entry->help; entry++) {
        if (entry->type != OPTION_HEADING) {
            options_value(entry, s, text, sizeof text);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { ARGUMENTS_MAX = 100 };
    char *argv[ARGUMENTS_MAX + 2] = {(char *)(uintptr_t)"fuzz"};
    int argc = 1;
    char *text = fuzz_text(data, size), *rest = text;
    for (char *line; argc <= ARGUMENTS_MAX && (line = strsep(&rest, "\n")); argc++) {
        argv[argc] = line;
    }
    static bool silent; // --help and --version print
    if (!silent) {
        int null = open("/dev/null", O_WRONLY);
        dup2(null, STDOUT_FILENO);
        close(null);
        silent = true;
    }
    struct settings settings = {.dims = {64, 64}};
    struct error err = ERROR_INIT;
    int first = 0;
    int code = options_parse(&command, &settings, argc, argv, &first, &err);
    if (code == 0 && (first < 1 || first > argc)) {
        abort();
    }
    check(&settings);
    for (int i = 1; i + 1 < argc; i += 2) {
        err = (struct error)ERROR_INIT;
        if (options_set(&command, &settings, argv[i], argv[i + 1], &err) == 0) {
            check(&settings);
        }
    }
    free(text);
    return 0;
}
