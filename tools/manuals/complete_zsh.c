#include "tools/manuals/manuals.h"

#include <string.h>

// Text within '...' of a specification: what zsh or _arguments would read as
// its own is taken out of their hands.
static void put_text(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\'') {
            fputs("'\\''", out);
            continue;
        }
        if (strchr("[]:\\", *text)) {
            fputc('\\', out);
        }
        fputc(*text, out);
    }
}

// "pack info" as the end of a function's name.
static void put_name(FILE *out, const char *name)
{
    for (; *name; name++) {
        fputc(*name == ' ' ? '_' : *name, out);
    }
}

static void put_argument(FILE *out, const struct command *command, const struct option_entry *o)
{
    enum argument_kind kind = command_list_argument(command, o);
    if (kind == ARGUMENT_NONE) {
        return;
    }
    fputs(command_list_is_help(o) ? "::" : ":", out);
    put_text(out, o->argument);
    fputc(':', out);
    if (kind == ARGUMENT_FILE) {
        fputs("_files", out);
    } else if (kind == ARGUMENT_FOLDER) {
        fputs("_files -/", out);
    } else if (kind == ARGUMENT_WORDS) {
        const char *words[WORD_LIST_MAX];
        int count = command_list_words(command, o, words);
        for (int i = 0; i < count; i++) {
            fprintf(out, "%s%s", i == 0 ? "(" : " ", words[i]);
        }
        fputc(')', out);
    }
}

static void put_option(FILE *out, const struct command *command, const struct option_entry *o)
{
    bool argument = command_list_argument(command, o) != ARGUMENT_NONE;
    bool joined = argument && !command_list_is_help(o); // -jN, but not -hGROUP
    const char *again = o->type == OPTION_LIST ? "*" : "";
    fputs("        '", out);
    if (o->letter && !*again) {
        fprintf(out, "(-%c)", o->letter);
    }
    fprintf(out, "%s--%s%s[", again, o->name, argument ? "=" : "");
    put_text(out, o->help);
    fputc(']', out);
    put_argument(out, command, o);
    fputs("' \\\n", out);
    if (o->letter) {
        fprintf(out, "        '%s%s%s%s-%c%s[", *again ? "" : "(--", *again ? "" : o->name,
                *again ? "" : ")", again, o->letter, joined ? "+" : "");
        put_text(out, o->help);
        fputc(']', out);
        put_argument(out, command, o);
        fputs("' \\\n", out);
    }
}

static void write_leaf(FILE *out, const struct command *command)
{
    fputs("_triptych_", out);
    put_name(out, command->name);
    fputs("()\n{\n    _arguments -s -S \\\n", out);
    for (const struct option_entry *o = command_list_next(command, NULL); o;
         o = command_list_next(command, o)) {
        put_option(out, command, o);
    }
    fputs("        '*:file:_files'\n}\n\n", out);
}

// A function that completes a verb, and hands on to the verb's own.
static void write_verbs(FILE *out, const struct command *command, const char *name)
{
    fprintf(out, "_triptych_%s()\n{\n    local -a verbs\n    verbs=(\n", name);
    for (const struct verb *const *verb = command->verbs; *verb; verb++) {
        fprintf(out, "        '%s:", (*verb)->name);
        put_text(out, (*verb)->brief);
        fputs("'\n", out);
    }
    fputs("    )\n"
          "    if (( CURRENT == 2 )); then\n"
          "        if [[ $words[2] == -* ]]; then\n"
          "            _arguments '(-h)--help[show a help text]' '--version[show the version]'\n"
          "        else\n"
          "            _describe -t verbs verb verbs\n"
          "        fi\n"
          "        return\n"
          "    fi\n"
          "    shift words\n"
          "    (( CURRENT-- ))\n", out);
    bool all = strcmp(name, "all") == 0;
    fprintf(out, "    local next=_triptych_%s%s$words[1]\n"
            "    (( $+functions[$next] )) && $next\n}\n\n", all ? "" : name, all ? "" : "_");
}

void complete_zsh_write(FILE *out)
{
    struct listed_program programs[PROGRAM_LIST_MAX];
    const struct command *leaves[COMMAND_LIST_MAX];
    int program_count = command_list_programs(programs);
    int count = command_list_leaves(leaves);
    fputs("#compdef triptych", out);
    for (int i = 1; i < program_count; i++) {
        fprintf(out, " triptych-%s", programs[i].command->name);
    }
    fputs("\n# zsh completion for triptych and its programs; made from their option tables.\n\n",
          out);
    for (int i = 0; i < count; i++) {
        write_leaf(out, leaves[i]);
    }
    for (int i = 0; i < program_count; i++) {
        if (programs[i].command->verbs) {
            write_verbs(out, programs[i].command, i == 0 ? "all" : programs[i].command->name);
        }
    }
    fputs("if [[ $service == triptych ]]; then\n"
          "    _triptych_all\n"
          "else\n"
          "    _triptych_${service#triptych-}\n"
          "fi\n", out);
}
