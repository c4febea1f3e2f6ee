#include "tools/train/examples.h"

#include "core/base/text.h"

void examples_clear(struct examples *examples)
{
    part_rows_clear(&examples->train);
    part_rows_clear(&examples->val);
    part_rows_clear(&examples->test);
}

static int check_train(const struct examples *examples, const struct pack *pack,
                       struct error *err)
{
    char name[96], class_name[96];
    text_escape(name, sizeof name, examples->split->name);
    if (examples->train.count == 0) {
        return error_set(err, ERR_VALUE, "%s: the train part of split %s is empty (%zu samples "
                         "without a label)", pack->path, name, examples->train_unlabelled);
    }
    if (!parts_have_two_classes(pack, &examples->train)) {
        int label = pack->data.labels[examples->train.rows[0]];
        text_escape(class_name, sizeof class_name, pack->classes[label]);
        return error_set(err, ERR_VALUE, "%s: the train part of split %s holds one class only "
                         "(%s); two are needed", pack->path, name, class_name);
    }
    return 0;
}

// Names go into the model, which holds clean ones only: say so before the work.
static int check_classes(const struct pack *pack, struct error *err)
{
    for (int i = 0; i < pack->class_count; i++) {
        char shown[96];
        if (!text_is_clean(pack->classes[i])) {
            return error_set(err, ERR_VALUE, "%s: class name '%s' holds control characters or is "
                             "not UTF-8", pack->path,
                             text_escape(shown, sizeof shown, pack->classes[i]));
        }
    }
    return 0;
}

static int draw_validation(struct examples *examples, const struct pack *pack, uint64_t seed,
                           struct examples_fold fold, struct error *err)
{
    struct part_rows train, val;
    int code = fold.count > 0
        ? parts_draw_fold(&train, &val, pack, &examples->train, seed, fold.number, fold.count,
                          err)
        : parts_draw_validation(&train, &val, pack, &examples->train, seed, err);
    if (code < 0) {
        return code;
    }
    part_rows_clear(&examples->train);
    part_rows_clear(&examples->val);
    examples->train = train;
    examples->val = val;
    examples->val_drawn = true;
    if (fold.count > 0 && val.count == 0) {
        return error_set(err, ERR_VALUE, "%s: fold %d of %d is empty: no class of the train part "
                         "has that many groups", pack->path, fold.number, fold.count);
    }
    return check_train(examples, pack, err);
}

// The parts of the split; of a cross-validation the train part only.
static int choose_parts(struct examples *examples, const struct pack *pack, bool only_train,
                        struct error *err)
{
    int code = parts_rows(&examples->train, pack, examples->split, PART_TRAIN, true,
                          &examples->train_unlabelled, err);
    if (only_train) {
        return code;
    }
    code = code < 0 ? code : parts_rows(&examples->val, pack, examples->split, PART_VAL, true,
                                        NULL, err);
    return code < 0 ? code : parts_rows(&examples->test, pack, examples->split, PART_TEST, true,
                                        &examples->test_unlabelled, err);
}

int examples_choose(struct examples *ret, const struct pack *pack, const char *split,
                    uint64_t seed, struct examples_fold fold, struct error *err)
{
    struct examples chosen = {0};
    int code = check_classes(pack, err);
    code = code < 0 ? code : parts_find_split(&chosen.split, pack, split, err);
    code = code < 0 ? code : choose_parts(&chosen, pack, fold.count > 0, err);
    code = code < 0 ? code : check_train(&chosen, pack, err);
    if (code == 0 && chosen.val.count == 0) {
        code = draw_validation(&chosen, pack, seed, fold, err);
    }
    if (code < 0) {
        examples_clear(&chosen);
        return code;
    }
    *ret = chosen;
    return 0;
}
