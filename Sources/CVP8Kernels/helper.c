#define _POSIX_C_SOURCE 200809L

#include <pthread.h>
#include <stdlib.h>

#include "CVP8Kernels.h"

struct vp8_helper {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    /// What to work on; NULL when there is nothing to do.
    vp8_coder *coder;
    bool is_ending;
};

static void *run(void *argument) {
    vp8_helper *helper = argument;
    pthread_mutex_lock(&helper->mutex);
    while (!helper->is_ending) {
        vp8_coder *coder = helper->coder;
        if (!coder) {
            pthread_cond_wait(&helper->changed, &helper->mutex);
            continue;
        }
        pthread_mutex_unlock(&helper->mutex);
        vp8_coder_work(coder);
        pthread_mutex_lock(&helper->mutex);
        helper->coder = NULL;
        pthread_cond_broadcast(&helper->changed);
    }
    pthread_mutex_unlock(&helper->mutex);
    return NULL;
}

vp8_helper *vp8_helper_create(void) {
    vp8_helper *helper = calloc(1, sizeof *helper);
    if (!helper) return NULL;
    pthread_mutex_init(&helper->mutex, NULL);
    pthread_cond_init(&helper->changed, NULL);
    if (pthread_create(&helper->thread, NULL, run, helper) == 0) return helper;
    pthread_cond_destroy(&helper->changed);
    pthread_mutex_destroy(&helper->mutex);
    free(helper);
    return NULL;
}

void vp8_helper_destroy(vp8_helper *helper) {
    if (!helper) return;
    pthread_mutex_lock(&helper->mutex);
    helper->is_ending = true;
    pthread_cond_broadcast(&helper->changed);
    pthread_mutex_unlock(&helper->mutex);
    pthread_join(helper->thread, NULL);
    pthread_cond_destroy(&helper->changed);
    pthread_mutex_destroy(&helper->mutex);
    free(helper);
}

void vp8_helper_start(vp8_helper *helper, vp8_coder *coder) {
    pthread_mutex_lock(&helper->mutex);
    helper->coder = coder;
    pthread_cond_broadcast(&helper->changed);
    pthread_mutex_unlock(&helper->mutex);
}

void vp8_helper_wait(vp8_helper *helper) {
    pthread_mutex_lock(&helper->mutex);
    while (helper->coder) pthread_cond_wait(&helper->changed, &helper->mutex);
    pthread_mutex_unlock(&helper->mutex);
}
