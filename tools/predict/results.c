#include "tools/predict/results.h"

#include "core/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

int results_write(struct output *output, const char *path, const struct predictions *predictions,
                  struct predictions_format format, struct error *err)
{
    // A dead run may have left something in it.
    if (ftruncate(output_fd(output), 0) < 0) {
        return error_errno(err, errno, "%s: cannot write", path);
    }
    int fd = fcntl(output_fd(output), F_DUPFD_CLOEXEC, 0);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (!file) {
        int code = error_errno(err, errno, "%s: cannot write", path);
        if (fd >= 0) {
            close(fd);
        }
        return code;
    }
    int code = predictions_write(file, path, predictions, format, err);
    if (fclose(file) != 0 && code == 0) {
        code = error_errno(err, errno, "%s: cannot write", path);
    }
    return code;
}

int results_print_samples(FILE *out, const struct predictions *predictions,
                          const struct pack *pack, const struct part_rows *rows,
                          struct error *err)
{
    double *scores = malloc((size_t)predictions->classes * sizeof *scores);
    if (!scores) {
        return error_nomem(err, "scores");
    }
    for (size_t i = 0; i < rows->count; i++) {
        size_t row = rows->rows[i];
        char path[1024], name[256];
        predictions_sample_scores(predictions, i, scores);
        int best = predictions_best(scores, predictions->classes);
        fputs(text_clean(path, sizeof path, pack_path(pack, row)), out);
        if (pack->samples_per_clip > 1) {
            fprintf(out, " #%u", (unsigned)pack->sample[row]);
        }
        fprintf(out, ": %s (%.1f %%)\n",
                text_escape(name, sizeof name, predictions->class_names[best]),
                100 * scores[best]);
    }
    free(scores);
    return 0;
}

void results_print_accuracy(FILE *out, const struct score *score, int classes)
{
    fprintf(out, "accuracy per frame: %.1f %% (%zu of %zu frames)\n",
            100 * score_accuracy_frame(score), score->correct_frames, score->frames);
    fprintf(out, "accuracy per sample: %.1f %% (%zu of %zu samples)\n",
            100 * score_accuracy_sample(score), score->correct_samples, score->samples);
    if (classes > 5) {
        fprintf(out, "among the top 5: %.1f %% of frames, %.1f %% of samples\n",
                100 * score_five_frame(score), 100 * score_five_sample(score));
    }
    fprintf(out, "mean loss: %.4f per frame, %.4f per sample\n", score_loss(score),
            score_loss_sample(score));
}
