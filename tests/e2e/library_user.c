// A program that uses all of libtriptych: prints the table of `predict --scores --names`
// for MODEL and PACK, and what it finds wrong on standard error.
// With "open-only" FILE it prints why the file is no pack and why it is no model.
// No header of the project but triptych.h: tests/e2e/library.sh compiles it against what
// is installed.

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <triptych.h>

static int wrong;

static void check(int holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "not so: %s\n", what);
        wrong = 1;
    }
}

// Both openings fail, say why, and leave what they were to set alone.
static int open_only(const char *path)
{
    char message[TRIPTYCH_MESSAGE_SIZE], cut[8] = "";
    struct triptych_pack *pack = (struct triptych_pack *)message;
    struct triptych_model *model = (struct triptych_model *)message;
    check(triptych_pack_open(&pack, path, message, sizeof message) == -1, "it is no pack");
    printf("%s\n", message);
    check(triptych_pack_open(&pack, path, cut, sizeof cut) == -1
          && strlen(cut) == sizeof cut - 1 && strncmp(cut, message, sizeof cut - 1) == 0,
          "a message is cut");
    check(triptych_pack_open(&pack, path, NULL, 0) == -1, "a message may be NULL");
    check(triptych_model_open(&model, path, 1, message, sizeof message) == -1,
          "it is no model");
    printf("%s\n", message);
    check((char *)pack == message && (char *)model == message, "*ret is left alone");
    return wrong;
}

static void check_pack(const struct triptych_pack *pack)
{
    struct triptych_shape s = triptych_pack_shape(pack);
    int labels = 0, parts[4] = {0};
    check(triptych_pack_verify(pack, NULL, 0) == 0, "its checksums hold");
    check(triptych_pack_class(pack, s.classes - 1) && !triptych_pack_class(pack, s.classes)
          && !triptych_pack_class(pack, -1), "classes end");
    check(triptych_pack_split(pack, 0) && !triptych_pack_split(pack, 100), "splits end");
    check(!triptych_pack_frames(pack, s.rows) && !triptych_pack_path(pack, s.rows)
          && !triptych_pack_group(pack, s.rows) && !triptych_pack_numbers(pack, s.rows)
          && !triptych_pack_seconds(pack, s.rows) && !triptych_pack_decoded(pack, s.rows)
          && triptych_pack_label(pack, s.rows) == TRIPTYCH_UNLABELLED
          && triptych_pack_part(pack, 0, s.rows) == TRIPTYCH_NONE
          && triptych_pack_part(pack, 100, 0) == TRIPTYCH_NONE, "rows end");
    for (size_t row = 0; row < s.rows; row++) {
        const char *path = triptych_pack_path(pack, row);
        const char *class_name = triptych_pack_class(pack, triptych_pack_label(pack, row));
        const uint32_t *numbers = triptych_pack_numbers(pack, row);
        const double *seconds = triptych_pack_seconds(pack, row);
        // Clips lie in folders of their classes.
        check(class_name && strncmp(path, class_name, strlen(class_name)) == 0, "labels");
        check(triptych_pack_decoded(pack, row) == 1 && triptych_pack_group(pack, row)[0],
              "every clip is decoded, and of a group");
        check(numbers[0] < numbers[1] && numbers[1] < numbers[2] && seconds[0] < seconds[1]
              && seconds[1] < seconds[2], "frames follow one another");
        labels |= 1 << triptych_pack_label(pack, row);
        parts[triptych_pack_part(pack, 0, row)]++;
    }
    check(labels == (1 << s.classes) - 1, "every class is there");
    check(parts[TRIPTYCH_TRAIN] > 0 && parts[TRIPTYCH_TEST] > 0, "both parts are there");
}

// Where the model is asked without mirror images, answers are the logits' softmax.
static void check_softmax(const float *said, const float *logits, int classes)
{
    double sum = 0;
    for (int c = 0; c < classes; c++) {
        sum += exp((double)logits[c]);
    }
    for (int c = 0; c < classes; c++) {
        check(fabs(exp((double)logits[c]) / sum - (double)said[c]) < 1e-6, "a softmax");
    }
}

static void print_table(struct triptych_model *model, const struct triptych_pack *pack,
                        int mirrored)
{
    char message[TRIPTYCH_MESSAGE_SIZE];
    struct triptych_shape p = triptych_pack_shape(pack), m = triptych_model_shape(model);
    size_t frames = p.rows * (size_t)m.frames, classes = (size_t)m.classes;
    float *said = calloc(frames, classes * sizeof *said);
    float *logits = calloc(frames, classes * sizeof *logits);
    float *again = calloc(frames, classes * sizeof *again);
    if (!said || !logits || !again
        || triptych_model_predict(model, triptych_pack_frames(pack, 0), p.rows, said, logits,
                                  message, sizeof message) < 0
        || triptych_model_predict(model, triptych_pack_frames(pack, 0), p.rows, NULL, again,
                                  message, sizeof message) < 0) {
        check(0, "it predicts");
        exit(1);
    }
    check(memcmp(logits, again, frames * classes * sizeof *logits) == 0, "the same bits");
    printf("Id,Class");
    for (int c = 0; c < m.classes; c++) {
        printf(",score_%s", triptych_model_class(model, c));
    }
    for (size_t i = 0; i < frames; i++) {
        const float *frame = said + i * classes;
        int best = 0;
        for (int c = 1; c < m.classes; c++) {
            best = frame[c] > frame[best] ? c : best;
        }
        printf("\n%zu,%s", i, triptych_model_class(model, best));
        for (int c = 0; c < m.classes; c++) {
            printf(",%.6g", (double)frame[c]);
        }
        if (!mirrored) {
            check_softmax(frame, logits + i * classes, m.classes);
        }
    }
    printf("\n");
    free(said);
    free(logits);
    free(again);
}

int main(int argc, char **argv)
{
    char message[TRIPTYCH_MESSAGE_SIZE] = "usage: library_user MODEL PACK [mirrored]";
    struct triptych_pack *pack = NULL;
    struct triptych_model *model = NULL, *none = NULL;
    if (argc == 3 && strcmp(argv[1], "open-only") == 0) {
        return open_only(argv[2]);
    }
    setlocale(LC_ALL, ""); // a net's numbers are read the same in every language
    if (argc < 3 || triptych_model_open(&model, argv[1], 3, message, sizeof message) < 0
        || triptych_pack_open(&pack, argv[2], message, sizeof message) < 0) {
        fprintf(stderr, "%s\n", message);
        return 1;
    }
    setlocale(LC_ALL, "C");
    check(triptych_model_open(&none, argv[1], 0, message, sizeof message) == -1 && !none
          && strstr(message, "1 to 256"), "no threads are refused");
    check(!triptych_model_class(model, triptych_model_shape(model).classes), "classes end");
    check_pack(pack);
    print_table(model, pack, argc > 3);
    triptych_pack_close(&pack);
    triptych_model_close(&model);
    triptych_pack_close(&pack);
    triptych_model_close(&model);
    check(!pack && !model, "closing twice is nothing");
    return wrong;
}
