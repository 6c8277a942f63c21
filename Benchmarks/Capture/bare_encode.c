// The least that capture can cost: a clip decoded by libavcodec and each picture encoded by libwebp, on one thread, nothing else.
//
//   bare_encode CLIP QUALITY PICTURES     prints milliseconds of processor time and bytes per picture

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <webp/encode.h>

static double processor_milliseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static void fail(const char *what) {
    fprintf(stderr, "bare_encode: %s\n", what);
    exit(1);
}

/// The settings of the project's own use of libwebp (WebPEncoder.swift). The decoder's planes go in as they are.
static size_t encode(const AVFrame *frame, float quality) {
    static WebPMemoryWriter writer;
    WebPConfig config;
    WebPPicture picture;
    if (!WebPConfigInit(&config) || !WebPPictureInit(&picture)) fail("another libwebp than it was compiled for");
    config.quality = quality;
    config.method = 0;
    picture.width = frame->width;
    picture.height = frame->height;
    picture.colorspace = WEBP_YUV420;
    picture.y = frame->data[0];
    picture.u = frame->data[1];
    picture.v = frame->data[2];
    picture.y_stride = frame->linesize[0];
    picture.uv_stride = frame->linesize[1];
    if (writer.mem == NULL) WebPMemoryWriterInit(&writer);
    writer.size = 0;
    picture.writer = WebPMemoryWrite;
    picture.custom_ptr = &writer;
    if (!WebPEncode(&config, &picture)) fail("an image could not be encoded");
    return writer.size;
}

int main(int count, char **words) {
    if (count != 4) fail("usage: bare_encode CLIP QUALITY PICTURES");
    const float quality = strtof(words[2], NULL);
    const long wanted = strtol(words[3], NULL, 10);
    AVFormatContext *input = NULL;
    if (avformat_open_input(&input, words[1], NULL, NULL) < 0 || avformat_find_stream_info(input, NULL) < 0)
        fail("the clip cannot be opened");
    const AVCodec *codec = NULL;
    const int stream = av_find_best_stream(input, AVMEDIA_TYPE_VIDEO, -1, -1, &codec, 0);
    if (stream < 0) fail("the clip has no video");
    AVCodecContext *decoder = avcodec_alloc_context3(codec);
    avcodec_parameters_to_context(decoder, input->streams[stream]->codecpar);
    decoder->thread_count = 1;
    if (avcodec_open2(decoder, codec, NULL) < 0) fail("there is no decoder for the clip");
    AVPacket *packet = av_packet_alloc();
    AVFrame *frame = av_frame_alloc();
    long pictures = 0;
    size_t bytes = 0;
    const double began = processor_milliseconds();
    while (pictures < wanted) {
        if (av_read_frame(input, packet) < 0) {
            if (pictures == 0) fail("the clip has no pictures");
            av_seek_frame(input, stream, 0, AVSEEK_FLAG_BACKWARD);
            avcodec_flush_buffers(decoder);
            continue;
        }
        if (packet->stream_index == stream && avcodec_send_packet(decoder, packet) >= 0) {
            while (pictures < wanted && avcodec_receive_frame(decoder, frame) >= 0) {
                if (frame->format != AV_PIX_FMT_YUV420P && frame->format != AV_PIX_FMT_YUVJ420P)
                    fail("the clip is not 4:2:0");
                bytes += encode(frame, quality);
                pictures += 1;
            }
        }
        av_packet_unref(packet);
    }
    printf("{\"cpu\": %.3f, \"bytes\": %.0f}\n", (processor_milliseconds() - began) / (double)pictures,
           (double)bytes / (double)pictures);
    return 0;
}
