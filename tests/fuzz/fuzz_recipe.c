/* Recipes of train: lines "name = value". */

#include "tests/fuzz/fuzz_input.h"
#include "tools/train/recipe.h"
#include "tools/train/train_settings.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct train_settings settings = train_settings_defaults();
    struct error err = ERROR_INIT;
    struct recipe *recipe = NULL;
    int code = recipe_apply(&recipe, &settings, fuzz_file(data, size), &err);
    if ((code < 0) != (err.code < 0) || (code < 0 && recipe)) {
        abort();
    }
    // What the settings say is looked at as long as the recipe lives.
    char text[4096];
    for (const struct option_entry *entry = train_command.options; entry->help; entry++) {
        if (code == 0 && entry->type != OPTION_HEADING) {
            options_value(entry, &settings, text, sizeof text);
        }
    }
    recipe_free(&recipe);
    return 0;
}
