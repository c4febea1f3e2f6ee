/* make-manuals: a program of the build. "bash", "zsh" or "fish" prints a
 * completion script, "man PROGRAM DATE" a manual page. */

#include "tools/manuals/manuals.h"

#include <stdio.h>
#include <string.h>

static int write_page(const char *name, const char *date)
{
    struct listed_program programs[PROGRAM_LIST_MAX];
    int count = command_list_programs(programs);
    for (int i = 0; i < count; i++) {
        if (strcmp(programs[i].command->name, name) == 0) {
            manual_page_write(stdout, &programs[i], date);
            return 0;
        }
    }
    fprintf(stderr, "make-manuals: no program is called '%s'\n", name);
    return 2;
}

static int write_script(const char *shell)
{
    if (strcmp(shell, "bash") == 0) {
        complete_bash_write(stdout);
    } else if (strcmp(shell, "zsh") == 0) {
        complete_zsh_write(stdout);
    } else if (strcmp(shell, "fish") == 0) {
        complete_fish_write(stdout);
    } else {
        fprintf(stderr, "make-manuals: no completion for '%s'\n", shell);
        return 2;
    }
    return 0;
}

int main(int argc, char **argv)
{
    int status = 2;
    if (argc == 4 && strcmp(argv[1], "man") == 0) {
        status = write_page(argv[2], argv[3]);
    } else if (argc == 2) {
        status = write_script(argv[1]);
    } else {
        fputs("Usage: make-manuals bash|zsh|fish, or make-manuals man PROGRAM DATE\n", stderr);
    }
    if (fflush(stdout) != 0) {
        perror("make-manuals");
        return 1;
    }
    return status;
}
