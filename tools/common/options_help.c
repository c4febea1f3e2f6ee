#include "tools/common/options.h"

#include "core/base/text.h"
#include "tools/common/called.h"
#include "tools/common/verbs.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* The help text of a command, from its tables. */

enum { HELP_WIDTH = 80, HELP_COLUMN = 26 };

// Print words, the first at column `column`, wrapped; end the line.
static void wrap_words(FILE *out, const char *text, int column)
{
    int at = column;
    while (*text) {
        int length = (int)strcspn(text, " \n");
        if (at > column && at + 1 + length > HELP_WIDTH - 1) {
            fprintf(out, "\n%*s", column, "");
            at = column;
        } else if (at > column) {
            fputc(' ', out);
            at++;
        }
        fprintf(out, "%.*s", length, text);
        at += length;
        text += length;
        text += strspn(text, " \n");
    }
    fputc('\n', out);
}

// The same for a text that may tell people what to type.
static void wrap(FILE *out, const char *text, int column)
{
    char *said = NULL;
    size_t size;
    FILE *memory = open_memstream(&said, &size);
    if (memory) {
        called_write(memory, text, called_prefix());
        memory = fclose(memory) == 0 ? memory : NULL;
    }
    wrap_words(out, memory ? said : text, column);
    free(said);
}

static void help_entry(const struct option_entry *o, FILE *out)
{
    char head[96];
    int n = o->letter ? snprintf(head, sizeof head, "  -%c, --%s", o->letter, o->name)
                      : snprintf(head, sizeof head, "      --%s", o->name);
    if (o->argument) {
        n += snprintf(head + n, sizeof head - (size_t)n, " %s", o->argument);
    }
    fputs(head, out);
    if (n > HELP_COLUMN - 2) {
        fputc('\n', out);
        n = 0;
    }
    fprintf(out, "%*s", HELP_COLUMN - n, "");
    wrap(out, o->help, HELP_COLUMN);
}

static void help_verbs(const struct command *command, FILE *out)
{
    fputs("\nVerbs:\n", out);
    for (const struct verb *const *verb = command->verbs; *verb; verb++) {
        int n = fprintf(out, "  %s", (*verb)->name);
        fprintf(out, "%*s", HELP_COLUMN - n, "");
        wrap(out, (*verb)->brief, HELP_COLUMN);
    }
}

static const struct option_entry always[] = {
    {.name = "help", .letter = 'h', .help = "show this text"},
    {.name = "version", .help = "show the version"},
};

static void help_opening(const struct command *command, FILE *out)
{
    fprintf(out, "Usage: %s%s\n\n", called_prefix(), command->usage);
    wrap(out, command->summary, 0);
}

static void help_closing(const struct command *command, FILE *out)
{
    if (command->closing) {
        fputc('\n', out);
        called_write(out, command->closing, called_prefix());
        fputc('\n', out);
    }
}

void options_help_all(const struct command *command, FILE *out)
{
    help_opening(command, out);
    if (command->verbs) {
        help_verbs(command, out);
    }
    bool under_heading = false;
    for (const struct option_entry *o = command->options; !options_is_last(o); o++) {
        if (o->type == OPTION_HEADING) {
            fprintf(out, "\n%s:\n", o->help);
            under_heading = true;
        } else {
            if (!under_heading) {
                fputs("\nOptions:\n", out);
                under_heading = true;
            }
            help_entry(o, out);
        }
    }
    if (!under_heading) {
        fputs("\nOptions:\n", out);
    }
    help_entry(&always[0], out);
    help_entry(&always[1], out);
    help_closing(command, out);
}

// A line for every group: its name, what it is about, and how many options it has.
static void help_groups(const struct command *command, FILE *out)
{
    fprintf(out, "\nGroups of options ('%s%s --help GROUP' explains one, 'all' all of them):\n",
            called_prefix(), command->name);
    for (const struct option_entry *o = command->options; !options_is_last(o); o++) {
        if (o->type != OPTION_HEADING) {
            continue;
        }
        int options = 0;
        while (!options_is_last(&o[options + 1]) && o[options + 1].type != OPTION_HEADING) {
            options++;
        }
        int n = fprintf(out, "  %s", o->argument);
        fprintf(out, "%*s%s (%d)\n", HELP_COLUMN - n, "", o->help, options);
    }
}

void options_help(const struct command *command, FILE *out)
{
    if (!command->common) {
        options_help_all(command, out);
        return;
    }
    help_opening(command, out);
    fputs("\nThe options that are used most:\n", out);
    for (const char *const *name = command->common; *name; name++) {
        const struct option_entry *o = command->options;
        while (!o->name || strcmp(o->name, *name) != 0) {
            o++;
            assert(!options_is_last(o));
        }
        help_entry(o, out);
    }
    help_entry(&always[0], out);
    help_entry(&always[1], out);
    help_groups(command, out);
    help_closing(command, out);
}

int options_help_group(const struct command *command, const char *name, FILE *out,
                       struct error *err)
{
    char all[256] = "", shown[64];
    for (const struct option_entry *o = command->options; !options_is_last(o); o++) {
        if (o->type != OPTION_HEADING) {
            continue;
        }
        if (strcmp(o->argument, name) == 0) {
            fprintf(out, "%s:\n", o->help);
            for (o++; !options_is_last(o) && o->type != OPTION_HEADING; o++) {
                help_entry(o, out);
            }
            return 0;
        }
        size_t used = strlen(all);
        snprintf(all + used, sizeof all - used, "%s, ", o->argument);
    }
    return error_set(err, ERR_USAGE, "--help %s: no group of options; there are %sand all",
                     text_escape(shown, sizeof shown, name), all);
}
