#pragma once

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/buffer.h>
#include <libavutil/error.h>
#include <libavutil/imgutils.h>
#include <libavutil/log.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

// Swift does not import macros with a cast or with arguments. Everything below exists for that reason and no other.

static const int64_t clibav_AV_NOPTS_VALUE = AV_NOPTS_VALUE;
static const int clibav_AV_TIME_BASE = AV_TIME_BASE;
static const AVRational clibav_AV_TIME_BASE_Q = {1, AV_TIME_BASE};

static const int clibav_AVERROR_EAGAIN = AVERROR(EAGAIN);
static const int clibav_AVERROR_ECONNREFUSED = AVERROR(ECONNREFUSED);
static const int clibav_AVERROR_EINVAL = AVERROR(EINVAL);
static const int clibav_AVERROR_EIO = AVERROR(EIO);
static const int clibav_AVERROR_ENOENT = AVERROR(ENOENT);
static const int clibav_AVERROR_ENOMEM = AVERROR(ENOMEM);
static const int clibav_AVERROR_ENOSYS = AVERROR(ENOSYS);
static const int clibav_AVERROR_EPIPE = AVERROR(EPIPE);
static const int clibav_AVERROR_ETIMEDOUT = AVERROR(ETIMEDOUT);

static const int clibav_AVERROR_BUG = AVERROR_BUG;
static const int clibav_AVERROR_DECODER_NOT_FOUND = AVERROR_DECODER_NOT_FOUND;
static const int clibav_AVERROR_DEMUXER_NOT_FOUND = AVERROR_DEMUXER_NOT_FOUND;
static const int clibav_AVERROR_ENCODER_NOT_FOUND = AVERROR_ENCODER_NOT_FOUND;
static const int clibav_AVERROR_EOF = AVERROR_EOF;
static const int clibav_AVERROR_EXIT = AVERROR_EXIT;
static const int clibav_AVERROR_HTTP_BAD_REQUEST = AVERROR_HTTP_BAD_REQUEST;
static const int clibav_AVERROR_HTTP_FORBIDDEN = AVERROR_HTTP_FORBIDDEN;
static const int clibav_AVERROR_HTTP_NOT_FOUND = AVERROR_HTTP_NOT_FOUND;
static const int clibav_AVERROR_HTTP_OTHER_4XX = AVERROR_HTTP_OTHER_4XX;
static const int clibav_AVERROR_HTTP_SERVER_ERROR = AVERROR_HTTP_SERVER_ERROR;
static const int clibav_AVERROR_HTTP_UNAUTHORIZED = AVERROR_HTTP_UNAUTHORIZED;
static const int clibav_AVERROR_INVALIDDATA = AVERROR_INVALIDDATA;
static const int clibav_AVERROR_PATCHWELCOME = AVERROR_PATCHWELCOME;
static const int clibav_AVERROR_PROTOCOL_NOT_FOUND = AVERROR_PROTOCOL_NOT_FOUND;
static const int clibav_AVERROR_STREAM_NOT_FOUND = AVERROR_STREAM_NOT_FOUND;
static const int clibav_AVERROR_UNKNOWN = AVERROR_UNKNOWN;

// The negative libav code of a positive errno.
static inline int clibav_AVERROR(int error) { return AVERROR(error); }

// av_log's callback takes a va_list, which a Swift closure of C convention cannot ignore portably.
static inline void clibav_log_nothing(void *object, int level, const char *format, va_list arguments) {}
static inline void clibav_silence_log(void) { av_log_set_callback(clibav_log_nothing); }
