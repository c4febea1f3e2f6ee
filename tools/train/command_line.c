#include "tools/train/command_line.h"

#include "tools/train/optimiser_settings.h"
#include "tools/train/schedule_settings.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int check_resume(const struct train_settings *given, struct error *err)
{
    if (given->recipe) {
        return error_set(err, ERR_USAGE, "--recipe %s: a run that goes on (--resume) has its "
                         "options already", given->recipe);
    }
    if (given->output && strcmp(given->output, given->resume) != 0) {
        return error_set(err, ERR_USAGE, "-o %s: a run that goes on stays in its folder, %s",
                         given->output, given->resume);
    }
    if (given->force) {
        return error_set(err, ERR_USAGE, "--force replaces a run, --resume goes on with it: one "
                         "of the two is needed");
    }
    return 0;
}

static int apply_run(struct recipe **ret, struct train_settings *settings, const char *run,
                     struct error *err)
{
    static const char *const names[] = {"options.txt", "folds.txt"}; // of a run, of several
    char path[PATH_MAX];
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", run, names[i]);
        if (access(path, F_OK) == 0) {
            return recipe_apply(ret, settings, path, err);
        }
    }
    return error_set(err, ERR_VALUE, "%s: holds no run to go on with: there is no options.txt",
                     run);
}

// Arguments over what a recipe said.
static int apply_arguments(struct train_settings *settings, bool recipe, int argc, char **argv,
                           int *ret_first, struct error *err)
{
    struct train_settings before = *settings;
    int code = options_parse(&train_command, settings, argc, argv, ret_first, err);
    bool other_optimiser = settings->optimiser != before.optimiser;
    bool other_schedule = settings->schedule != before.schedule;
    if (code < 0 || !recipe || (!other_optimiser && !other_schedule)) {
        return code;
    }
    if (other_optimiser) {
        optimiser_settings_forget(&before, settings->optimiser);
    }
    if (other_schedule) {
        schedule_settings_forget(&before, settings->schedule);
    }
    *settings = before;
    return options_parse(&train_command, settings, argc, argv, ret_first, err);
}

int command_line_read(struct train_settings *ret, struct recipe **ret_recipe, int argc,
                      char **argv, int *ret_first, struct error *err)
{
    struct train_settings given = train_settings_defaults();
    struct train_settings settings = given;
    struct recipe *recipe = NULL;
    int code = options_parse(&train_command, &given, argc, argv, ret_first, err);
    if (code != 0) {
        return code;
    }
    if (given.resume) {
        code = check_resume(&given, err);
        code = code < 0 ? code : apply_run(&recipe, &settings, given.resume, err);
    } else if (given.recipe) {
        code = recipe_apply(&recipe, &settings, given.recipe, err);
    }
    code = code < 0 ? code : apply_arguments(&settings, recipe != NULL, argc, argv, ret_first,
                                             err);
    if (code < 0) {
        recipe_free(&recipe);
        return code;
    }
    settings.output = given.resume ? given.resume : settings.output;
    *ret = settings;
    *ret_recipe = recipe;
    return 0;
}
