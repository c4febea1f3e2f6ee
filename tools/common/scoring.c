#include "tools/common/scoring.h"

#include "core/nn/train/evaluate.h"
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

double score_loss_sample(const struct score *score)
{
    return ratio(score->loss_sample_sum, score->samples);
}

double score_five_frame(const struct score *score)
{
    return ratio((double)score->five_frames, score->frames);
}

double score_five_sample(const struct score *score)
{
    return ratio((double)score->five_samples, score->samples);
}

static void add(struct score *sum, const struct evaluation *piece)
{
    sum->samples += piece->samples;
    sum->frames += piece->frames;
    sum->correct_samples += piece->samples_right;
    sum->correct_frames += piece->frames_right;
    sum->five_samples += piece->samples_right5;
    sum->five_frames += piece->frames_right5;
    sum->loss_sum += piece->loss * (double)piece->frames;
    sum->loss_sample_sum += piece->loss_sample * (double)piece->samples;
}

int score_rows(struct score *ret, struct net *net, const struct dataset *data,
               struct subset rows, struct threads *threads, const struct score_options *options,
               float *probabilities, struct error *err)
{
    struct score sum = {0};
    size_t frames = (size_t)data->frames_per_sample;
    size_t piece = PIECE_FRAMES / frames ? PIECE_FRAMES / frames : 1;
    size_t outputs = frames * (size_t)net_classes(net); // of one sample
    struct evaluation_options how = {
        .flip = options->flip,
        .confusion_frame = options->confusion_frame,
        .confusion_sample = options->confusion_sample,
    };
    int code = 0;
    if (options->label) {
        progress_start(options->label, "frames", rows.count * frames);
    }
    for (size_t at = 0; at < rows.count && code == 0; at += piece) {
        size_t count = rows.count - at < piece ? rows.count - at : piece;
        struct evaluation evaluation;
        code = net_evaluate_with(net, data, (struct subset){rows.rows + at, count}, threads, &how,
                                 probabilities ? probabilities + at * outputs : NULL,
                                 &evaluation, err);
        if (code == 0) {
            add(&sum, &evaluation);
            progress_update((at + count) * frames, NULL);
        }
        if (code == 0 && stop_requested()) {
            code = error_set(err, ERR_STOPPED, "stopped");
        }
    }
    if (options->label) {
        progress_end();
    }
    if (code == 0) {
        *ret = sum;
    }
    return code;
}
