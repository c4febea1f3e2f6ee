#ifndef TOOLS_MANUALS_MANUALS_H
#define TOOLS_MANUALS_MANUALS_H

#include "tools/manuals/command_list.h"

#include <stdio.h>

/* Manual pages and completions, written from the tables that parse the command
 * lines, so that they say what the programs do. */

/* A page for man(7) of `program`, dated `date` (YYYY-MM-DD). */
void manual_page_write(FILE *out, const struct listed_program *program, const char *date);

/* A script for all programs at once, for bash (with or without the package
 * bash-completion), for zsh ("#compdef") and for fish. */
void complete_bash_write(FILE *out);
void complete_zsh_write(FILE *out);
void complete_fish_write(FILE *out);

#endif
