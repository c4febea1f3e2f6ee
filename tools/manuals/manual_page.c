#include "tools/common/called.h"
#include "tools/manuals/manuals.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// Text of ours as man(7) wants it: nothing in it is a macro or an escape, and
// dashes can be copied from the page into a shell.
static void put_text(FILE *out, const char *text, size_t length)
{
    bool begin = true; // of a line
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (begin && (c == '.' || c == '\'')) {
            fputs("\\&", out);
        }
        if (c == '\\') {
            fputs("\\e", out);
        } else if (c == '-') {
            fputs("\\-", out);
        } else if (c == '\'') {
            fputs("\\(aq", out);
        } else {
            fputc(c, out);
        }
        begin = c == '\n';
    }
}

// A text with what people type as it is where the programs are installed. The
// caller frees it; NULL where there is no memory.
static char *installed_text(const char *text)
{
    char *said = NULL;
    size_t size;
    FILE *memory = open_memstream(&said, &size);
    if (!memory) {
        return NULL;
    }
    called_write(memory, text, "triptych ");
    if (fclose(memory) != 0) {
        free(said);
        return NULL;
    }
    return said;
}

// Lines of a source that people may read, too.
static void put_words(FILE *out, const char *text)
{
    enum { WIDTH = 66 }; // a dash takes two columns
    size_t begin = 0, end = 0, length = strlen(text);
    while (length > 0 && text[length - 1] == '\n') {
        length--;
    }
    while (end < length) {
        size_t word = end + strspn(text + end, " \n");
        size_t next = word + strcspn(text + word, " \n");
        if (next - begin > WIDTH && end > begin) {
            put_text(out, text + begin, end - begin);
            fputc('\n', out);
            begin = word;
        }
        end = next;
    }
    put_text(out, text + begin, length - begin);
    fputc('\n', out);
}

static void put_paragraph(FILE *out, const char *text)
{
    char *said = installed_text(text);
    put_words(out, said ? said : text);
    free(said);
}

static void put_option(FILE *out, const struct option_entry *o)
{
    fputs(".TP\n", out);
    if (o->letter) {
        fprintf(out, "\\fB\\-%c\\fR, ", o->letter);
    }
    fputs("\\fB\\-\\-", out);
    put_text(out, o->name, strlen(o->name));
    fputs("\\fR", out);
    if (o->argument) {
        fputs(" \\fI", out);
        put_text(out, o->argument, strlen(o->argument));
        fputs("\\fR", out);
    }
    fputc('\n', out);
    put_paragraph(out, o->help);
}

// The options, with the headings of the help text before its groups: as
// subsections, or as paragraphs where the command is one itself (`nested`).
static void put_options(FILE *out, const struct command *command, bool nested)
{
    for (const struct option_entry *o = command->options; !options_is_last(o); o++) {
        if (o->type != OPTION_HEADING) {
            put_option(out, o);
        } else if (nested) {
            fputs(".PP\n", out);
            put_paragraph(out, o->help);
        } else {
            fputs(".SS ", out);
            put_paragraph(out, o->help);
        }
    }
}

// `usage` is what the help text says: the program's name, then the rest.
static void put_synopsis(FILE *out, const char *usage, const char *prefix)
{
    size_t name = strcspn(usage, " ");
    fprintf(out, "\\fB%s", prefix);
    put_text(out, usage, name);
    fputs("\\fR", out);
    put_text(out, usage + name, strlen(usage + name));
    fputc('\n', out);
}

// The closing text of a command, in parts: what stands below "Examples:" is
// shown as it is, "Exit status:" gets a section, and the rest is prose.
struct closing {
    char *prose;
    char *examples;
    char *status;
};

static bool begins_with(const char *line, const char *word)
{
    return strncmp(line, word, strlen(word)) == 0;
}

static struct closing split_closing(const char *text)
{
    char *said = installed_text(text);
    size_t room = (said ? strlen(said) : 0) + 2; // each part is a piece of it
    struct closing parts = {calloc(1, room), calloc(1, room), calloc(1, room)};
    char *prose = parts.prose, *examples = parts.examples;
    bool usable = said && prose && examples && parts.status;
    for (const char *line = usable ? said : ""; *line;) {
        size_t length = strcspn(line, "\n");
        if (begins_with(line, "Exit status: ")) {
            memcpy(parts.status, line + 13, length - 13);
        } else if (length == 9 && begins_with(line, "Examples:")) {
            ; // a heading of its own
        } else if (begins_with(line, "  ")) {
            memcpy(examples, line + 2, length - 2);
            examples += length - 2;
            *examples++ = '\n';
        } else if (length > 0) {
            memcpy(prose, line, length);
            prose += length;
            *prose++ = '\n';
        }
        line += length + (line[length] == '\n');
    }
    free(said);
    return parts;
}

static void free_closing(struct closing *parts)
{
    free(parts->prose);
    free(parts->examples);
    free(parts->status);
}

static void put_examples(FILE *out, const char *examples)
{
    fputs(".nf\n", out);
    put_text(out, examples, strlen(examples));
    fputs(".fi\n", out);
}

// A verb of a program, as a subsection.
static void put_verb(FILE *out, const struct verb *verb)
{
    fputs(".SS ", out);
    put_text(out, verb->name, strlen(verb->name));
    fputc('\n', out);
    put_synopsis(out, verb->command->usage, "triptych ");
    fputs(".PP\n", out);
    put_paragraph(out, verb->command->summary);
    put_options(out, verb->command, true);
    if (verb->command->closing) {
        struct closing closing = split_closing(verb->command->closing);
        if (closing.prose && closing.prose[0]) {
            fputs(".PP\n", out);
            put_words(out, closing.prose);
        }
        if (closing.examples && closing.examples[0]) {
            fputs(".PP\nExamples:\n.PP\n", out);
            put_examples(out, closing.examples);
        }
        if (closing.status && closing.status[0]) {
            fputs(".PP\nExit status:\n", out);
            put_words(out, closing.status);
        }
        free_closing(&closing);
    }
}

static void put_verbs(FILE *out, const struct command *command)
{
    fputs(".SH VERBS\n", out);
    for (const struct verb *const *verb = command->verbs; *verb; verb++) {
        if ((*verb)->command) {
            put_verb(out, *verb);
        } else {
            fprintf(out, ".TP\n\\fB%s\\fR\n", (*verb)->name);
            put_paragraph(out, (*verb)->brief);
        }
    }
}

static void put_closing(FILE *out, const struct command *command)
{
    struct closing closing = split_closing(command->closing ? command->closing : "");
    if (closing.prose && closing.prose[0] && !command->verbs) {
        fputs(".SH NOTES\n", out);
        put_words(out, closing.prose);
    }
    fputs(".SH EXIT STATUS\n", out);
    const char *status = closing.status && closing.status[0] ? closing.status
                                                             : "0 done, 1 failed, 2 wrong use.";
    put_words(out, status);
    if (closing.examples && closing.examples[0]) {
        fputs(".SH EXAMPLES\n", out);
        put_examples(out, closing.examples);
    }
    free_closing(&closing);
}

static void put_see_also(FILE *out, const struct command *own)
{
    struct listed_program programs[PROGRAM_LIST_MAX];
    int count = command_list_programs(programs);
    fputs(".SH SEE ALSO\n", out);
    bool any = false;
    for (int i = 0; i < count; i++) {
        if (programs[i].command != own) {
            fprintf(out, "%s.BR triptych%s%s (1)", any ? ",\n" : "", i == 0 ? "" : "\\-",
                    i == 0 ? "" : programs[i].command->name);
            any = true;
        }
    }
    fputc('\n', out);
}

void manual_page_write(FILE *out, const struct listed_program *program, const char *date)
{
    const struct command *command = program->command;
    bool all = strcmp(command->name, "triptych") == 0;
    fputs(".TH TRIPTYCH", out);
    for (const char *c = all ? "" : command->name; *c; c++) {
        fprintf(out, "%s%c", c == command->name ? "\\-" : "", toupper((unsigned char)*c));
    }
    fprintf(out, " 1 %s \"Triptych %s\" \"User commands\"\n", date, TRIPTYCH_VERSION);
    // Names of files and options are not cut in two: people search for them.
    fputs(".nh\n.ad l\n", out);
    fprintf(out, ".SH NAME\ntriptych%s%s \\- ", all ? "" : "\\-", all ? "" : command->name);
    put_text(out, program->brief, strlen(program->brief));
    fputs("\n.SH SYNOPSIS\n", out);
    put_synopsis(out, command->usage, all ? "" : "triptych ");
    fputs(".SH DESCRIPTION\n", out);
    put_paragraph(out, command->summary);
    if (!all) {
        fprintf(out, ".PP\n\\fBtriptych %s\\fR and \\fBtriptych\\-%s\\fR are the same.\n",
                command->name, command->name);
    }
    if (command->verbs) {
        put_verbs(out, command);
    } else {
        fputs(".SH OPTIONS\n", out);
        put_options(out, command, false);
    }
    fputs(".PP\n\\fB\\-\\-help\\fR and \\fB\\-\\-version\\fR are understood "
          "everywhere.\n", out);
    put_closing(out, command);
    put_see_also(out, command);
}
