#include "tools/manuals/manuals.h"

#include <string.h>

// What is being completed: "extract", "pack info", or less where the verb is
// still to come.
static const char functions[] =
    "function __triptych_command\n"
    "    set -l words (commandline -opc)\n"
    "    set -l name (string replace -r '.*/' '' -- $words[1])\n"
    "    set -e words[1]\n"
    "    if test $name = triptych\n"
    "        set name $words[1]\n"
    "        set -e words[1]\n"
    "    else\n"
    "        set name (string replace 'triptych-' '' -- $name)\n"
    "    end\n"
    "    if contains -- \"$name\" $__triptych_with_verbs\n"
    "        set name $name $words[1]\n"
    "    end\n"
    "    string join ' ' -- $name\n"
    "end\n"
    "\n"
    "function __triptych_is\n"
    "    set -l command (__triptych_command)\n"
    "    test \"$command\" = \"$argv\"\n"
    "end\n"
    "\n";

static void put_text(FILE *out, const char *text)
{
    fputc('\'', out);
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\') {
            fputc('\\', out);
        }
        fputc(*text, out);
    }
    fputc('\'', out);
}

// The names under which the first word of a command's name is called: the
// program's own, and `triptych`.
static void put_begin(FILE *out, const char *own)
{
    fprintf(out, "for c in triptych triptych-%.*s\n", (int)strcspn(own, " "), own);
}

static void write_leaf(FILE *out, const struct command *command)
{
    put_begin(out, command->name);
    for (const struct option_entry *o = command_list_next(command, NULL); o;
         o = command_list_next(command, o)) {
        fprintf(out, "    complete -c $c -n '__triptych_is %s' -l %s", command->name, o->name);
        if (o->letter) {
            fprintf(out, " -s %c", o->letter);
        }
        enum argument_kind kind = command_list_argument(command, o);
        if (kind == ARGUMENT_FILE) {
            fputs(" -rF", out);
        } else if (kind == ARGUMENT_FOLDER) {
            fputs(" -xa '(__fish_complete_directories)'", out);
        } else if (kind == ARGUMENT_FREE) {
            fputs(" -x", out);
        }
        const char *words[WORD_LIST_MAX];
        int count = kind == ARGUMENT_WORDS ? command_list_words(command, o, words) : 0;
        for (int i = 0; i < count; i++) {
            fprintf(out, "%s%s%s", i == 0 ? " -xa '" : " ", words[i], i + 1 < count ? "" : "'");
        }
        fputs(" -d ", out);
        put_text(out, o->help);
        fputc('\n', out);
    }
    fputs("end\n", out);
}

static void write_verbs(FILE *out, const struct command *command, const char *name)
{
    if (*name) {
        put_begin(out, name);
    } else {
        fputs("for c in triptych\n", out);
    }
    for (const struct verb *const *verb = command->verbs; *verb; verb++) {
        fprintf(out, "    complete -c $c -n '__triptych_is %s' -f -a %s -d ", name,
                (*verb)->name);
        put_text(out, (*verb)->brief);
        fputc('\n', out);
    }
    fputs("end\n", out);
}

void complete_fish_write(FILE *out)
{
    struct listed_program programs[PROGRAM_LIST_MAX];
    const struct command *leaves[COMMAND_LIST_MAX];
    int program_count = command_list_programs(programs);
    int count = command_list_leaves(leaves);
    fputs("# fish completion for triptych and its programs; made from their option tables.\n\n"
          "set -g __triptych_with_verbs", out);
    for (int i = 1; i < program_count; i++) {
        if (programs[i].command->verbs) {
            fprintf(out, " %s", programs[i].command->name);
        }
    }
    fputs("\n\n", out);
    fputs(functions, out);
    for (int i = 0; i < program_count; i++) {
        if (programs[i].command->verbs) {
            write_verbs(out, programs[i].command, i == 0 ? "" : programs[i].command->name);
        }
    }
    for (int i = 0; i < count; i++) {
        write_leaf(out, leaves[i]);
    }
}
