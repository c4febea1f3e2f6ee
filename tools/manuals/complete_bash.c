#include "tools/manuals/manuals.h"

// What does the work; the cases above it in the script are made from the tables.
static const char engine[] =
    "_triptych()\n"
    "{\n"
    "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
    "    local name=${COMP_WORDS[0]##*/} command='' at=1 verbs options kind words\n"
    "    COMPREPLY=()\n"
    "    # bash takes --option=value for three words.\n"
    "    if [[ $cur == '=' ]]; then\n"
    "        cur=''\n"
    "    elif [[ $prev == '=' && $COMP_CWORD -gt 1 ]]; then\n"
    "        prev=${COMP_WORDS[COMP_CWORD - 2]}\n"
    "    fi\n"
    "    if [[ $name == triptych-* ]]; then\n"
    "        command=${name#triptych-}\n"
    "    fi\n"
    "    while _triptych_verbs \"$command\" && [[ -n $verbs ]]; do\n"
    "        if [[ $COMP_CWORD -eq $at ]]; then\n"
    "            [[ $cur != -* ]] || verbs='--help --version'\n"
    "            mapfile -t COMPREPLY < <(compgen -W \"$verbs\" -- \"$cur\")\n"
    "            return\n"
    "        fi\n"
    "        command=\"${command:+$command }${COMP_WORDS[at]}\"\n"
    "        at=$((at + 1))\n"
    "    done\n"
    "    _triptych_options \"$command\"\n"
    "    _triptych_value \"$command $prev\"\n"
    "    case $kind in\n"
    "    words) mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\") ;;\n"
    "    folder)\n"
    "        compopt -o filenames 2>/dev/null\n"
    "        mapfile -t COMPREPLY < <(compgen -d -- \"$cur\")\n"
    "        ;;\n"
    "    free) ;;\n"
    "    *)\n"
    "        if [[ $kind != file && $cur == -* ]]; then\n"
    "            mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$cur\")\n"
    "        else\n"
    "            compopt -o filenames 2>/dev/null\n"
    "            mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
    "        fi\n"
    "        ;;\n"
    "    esac\n"
    "}\n";

static void write_verbs(FILE *out)
{
    struct listed_program programs[PROGRAM_LIST_MAX];
    int count = command_list_programs(programs);
    fputs("# The verbs of a command, into $verbs.\n_triptych_verbs()\n{\n    case $1 in\n", out);
    for (int i = 0; i < count; i++) {
        if (programs[i].command->verbs) {
            fprintf(out, "    '%s') verbs='", i == 0 ? "" : programs[i].command->name);
            for (const struct verb *const *verb = programs[i].command->verbs; *verb; verb++) {
                fprintf(out, "%s%s", verb == programs[i].command->verbs ? "" : " ",
                        (*verb)->name);
            }
            fputs("' ;;\n", out);
        }
    }
    fputs("    *) verbs='' ;;\n    esac\n}\n\n", out);
}

static void write_options(FILE *out, const struct command *const *leaves, int count)
{
    fputs("# The options of a command, into $options.\n_triptych_options()\n{\n    case $1 in\n",
          out);
    for (int i = 0; i < count; i++) {
        fprintf(out, "    '%s')\n        options='", leaves[i]->name);
        for (const struct option_entry *o = command_list_next(leaves[i], NULL); o;
             o = command_list_next(leaves[i], o)) {
            if (o->letter) {
                fprintf(out, "-%c ", o->letter);
            }
            fprintf(out, "--%s ", o->name);
        }
        fputs("'\n        ;;\n", out);
    }
    fputs("    *) options='--help --version' ;;\n    esac\n}\n\n", out);
}

static void write_value(FILE *out, const struct command *command, const struct option_entry *o)
{
    enum argument_kind kind = command_list_argument(command, o);
    if (kind == ARGUMENT_NONE) {
        return;
    }
    fprintf(out, "    '%s --%s'", command->name, o->name);
    if (o->letter) {
        fprintf(out, " | '%s -%c'", command->name, o->letter);
    }
    fprintf(out, ") kind=%s", kind == ARGUMENT_WORDS    ? "words"
                              : kind == ARGUMENT_FILE   ? "file"
                              : kind == ARGUMENT_FOLDER ? "folder" : "free");
    const char *words[WORD_LIST_MAX];
    int count = kind == ARGUMENT_WORDS ? command_list_words(command, o, words) : 0;
    for (int i = 0; i < count; i++) {
        fprintf(out, "%s%s%s", i == 0 ? " words='" : " ", words[i], i + 1 < count ? "" : "'");
    }
    fputs(" ;;\n", out);
}

void complete_bash_write(FILE *out)
{
    const struct command *leaves[COMMAND_LIST_MAX];
    int count = command_list_leaves(leaves);
    fputs("# bash completion for triptych and its programs; made from their option tables.\n\n",
          out);
    write_verbs(out);
    write_options(out, leaves, count);
    fputs("# What stands behind \"COMMAND OPTION\": $kind, and the $words there are.\n"
          "_triptych_value()\n{\n    case $1 in\n", out);
    for (int i = 0; i < count; i++) {
        for (const struct option_entry *o = command_list_next(leaves[i], NULL); o;
             o = command_list_next(leaves[i], o)) {
            write_value(out, leaves[i], o);
        }
    }
    fputs("    *) kind=none words='' ;;\n    esac\n}\n\n", out);
    fputs(engine, out);
    fputs("\ncomplete -F _triptych triptych", out);
    struct listed_program programs[PROGRAM_LIST_MAX];
    int program_count = command_list_programs(programs);
    for (int i = 1; i < program_count; i++) {
        fprintf(out, " triptych-%s", programs[i].command->name);
    }
    fputc('\n', out);
}
