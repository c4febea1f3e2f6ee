#include "tools/common/scoring.h"

#include "core/nn/trainer.h"
#include "tools/common/progress.h"
#include "tools/common/stop.h"

#include <math.h>

enum { PIECE_FRAMES = 1536 }; // about a quarter of a second of the tutorial's net

static double ratio(double part, size_t whole)
{
    return whole ? part / (double)whole : NAN;
}

double score_loss(const struct score *score)
{
    return ratio(score->loss_sum, score->frames);
}

double score_accuracy_frame(const struct score *score)
{
    return ratio((double)score->correct_frames, score->frames);
}

double score_accuracy_sample(const struct score *score)
{
    return ratio((double)score->correct_samples, score->samples);
}

static size_t whole(double accuracy, size_t count)
{
    return (size_t)llround(accuracy * (double)count);
}

static void add(struct score *sum, const struct evaluation *piece)
{
    if (piece->samples == 0) {
        return; // nothing labelled: its means are not numbers
    }
    sum->samples += piece->samples;
    sum->frames += piece->frames;
    sum->correct_samples += whole(piece->accuracy_sample, piece->samples);
    sum->correct_frames += whole(piece->accuracy_frame, piece->frames);
    sum->loss_sum += piece->loss * (double)piece->frames;
}

int score_rows(struct score *ret, struct net *net, const struct dataset *data,
               struct subset rows, struct threads *threads, const char *label,
               float *probabilities, struct error *err)
{
    struct score sum = {0};
    size_t frames = (size_t)data->frames_per_sample;
    size_t piece = PIECE_FRAMES / frames ? PIECE_FRAMES / frames : 1;
    size_t outputs = frames * (size_t)net_classes(net); // of one sample
    int code = 0;
    if (label) {
        progress_start(label, "frames", rows.count * frames);
    }
    for (size_t at = 0; at < rows.count && code == 0; at += piece) {
        size_t count = rows.count - at < piece ? rows.count - at : piece;
        struct evaluation evaluation;
        code = net_evaluate(net, data, (struct subset){rows.rows + at, count}, threads,
                            probabilities ? probabilities + at * outputs : NULL, &evaluation,
                            err);
        if (code == 0) {
            add(&sum, &evaluation);
            progress_update((at + count) * frames, NULL);
        }
        if (code == 0 && stop_requested()) {
            code = error_set(err, ERR_STOPPED, "stopped");
        }
    }
    if (label) {
        progress_end();
    }
    if (code == 0) {
        *ret = sum;
    }
    return code;
}
