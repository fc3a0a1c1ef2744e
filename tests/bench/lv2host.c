/* A host for one LV2 plugin at a time, for the benches. It processes a complete stereo sound in blocks, and does nothing
   between the blocks that LV2 does not require. `lv2.py` compiles it: cc -shared -fPIC -O2 (pkg-config lilv-0).

   The host offers plugins these features: numbers for URIs, options about the length of blocks, a worker (run at once in the
   processing thread, and included in the time), and a log (discarded). Not thread-safe, because the benches have one thread. */

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <lilv/lilv.h>
#include <lv2/atom/atom.h>
#include <lv2/buf-size/buf-size.h>
#include <lv2/log/log.h>
#include <lv2/options/options.h>
#include <lv2/parameters/parameters.h>
#include <lv2/urid/urid.h>
#include <lv2/worker/worker.h>

enum { URIS = 4096, EVENT_BYTES = 1 << 18, ANSWERS = 64, OPTIONS = 6, FEATURES = 7, CHANNELS = 2 };

static char *known[URIS];
static uint32_t known_count;

static LV2_URID number_of(LV2_URID_Map_Handle handle, const char *uri) {
  (void)handle;
  for (uint32_t i = 0; i < known_count; i++)
    if (!strcmp(known[i], uri)) return i + 1;
  if (known_count == URIS) return 0;
  known[known_count++] = strdup(uri);
  return known_count;
}

static const char *uri_of(LV2_URID_Unmap_Handle handle, LV2_URID number) {
  (void)handle;
  return number && number <= known_count ? known[number - 1] : NULL;
}

static int no_log(LV2_Log_Handle handle, LV2_URID type, const char *format, ...) {
  (void)handle, (void)type, (void)format;
  return 0;
}

static int no_log_list(LV2_Log_Handle handle, LV2_URID type, const char *format, va_list list) {
  (void)handle, (void)type, (void)format, (void)list;
  return 0;
}

struct answer {
  uint32_t bytes;
  void *data;
};

struct host {
  LilvInstance *instance;
  const LV2_Worker_Interface *worker;
  struct answer answers[ANSWERS];
  int answer_count;
  uint32_t ports;
  char **symbols;    /* of control ports, NULL for others */
  float *controls;   /* by port */
  void **events;     /* of event ports, NULL for others */
  int *is_input;
  uint32_t audio_in[CHANNELS], audio_out[CHANNELS];
  int32_t block, event_bytes;
  float rate;
  /* The plugin may use these during its whole lifetime. */
  LV2_URID_Map map;
  LV2_URID_Unmap unmap;
  LV2_Worker_Schedule schedule;
  LV2_Log_Log log;
  LV2_Options_Option options[OPTIONS];
  LV2_Feature features[FEATURES];
  const LV2_Feature *feature_list[FEATURES + 1];
};

static LilvWorld *world;

static LV2_Worker_Status answer(LV2_Worker_Respond_Handle handle, uint32_t bytes, const void *data) {
  struct host *h = handle;
  if (h->answer_count == ANSWERS) return LV2_WORKER_ERR_NO_SPACE;
  struct answer *a = &h->answers[h->answer_count++];
  a->bytes = bytes;
  a->data = malloc(bytes + 1);
  memcpy(a->data, data, bytes);
  return LV2_WORKER_SUCCESS;
}

static LV2_Worker_Status work_now(LV2_Worker_Schedule_Handle handle, uint32_t bytes, const void *data) {
  struct host *h = handle;
  return h->worker ? h->worker->work(lilv_instance_get_handle(h->instance), answer, h, bytes, data) : LV2_WORKER_ERR_UNKNOWN;
}

static void describe(struct host *h) {
  const LV2_URID whole = number_of(NULL, LV2_ATOM__Int), real = number_of(NULL, LV2_ATOM__Float);
  const char *lengths[] = {LV2_BUF_SIZE__minBlockLength, LV2_BUF_SIZE__maxBlockLength, LV2_BUF_SIZE__nominalBlockLength};
  h->event_bytes = EVENT_BYTES;
  h->map = (LV2_URID_Map){NULL, number_of};
  h->unmap = (LV2_URID_Unmap){NULL, uri_of};
  h->schedule = (LV2_Worker_Schedule){h, work_now};
  h->log = (LV2_Log_Log){NULL, no_log, no_log_list};
  for (int i = 0; i < 3; i++)
    h->options[i] = (LV2_Options_Option){LV2_OPTIONS_INSTANCE, 0, number_of(NULL, lengths[i]), sizeof h->block, whole, &h->block};
  h->options[3] = (LV2_Options_Option){LV2_OPTIONS_INSTANCE, 0, number_of(NULL, LV2_BUF_SIZE__sequenceSize),
                                       sizeof h->event_bytes, whole, &h->event_bytes};
  h->options[4] = (LV2_Options_Option){LV2_OPTIONS_INSTANCE, 0, number_of(NULL, LV2_PARAMETERS__sampleRate),
                                       sizeof h->rate, real, &h->rate};
  h->features[0] = (LV2_Feature){LV2_URID__map, &h->map};
  h->features[1] = (LV2_Feature){LV2_URID__unmap, &h->unmap};
  h->features[2] = (LV2_Feature){LV2_OPTIONS__options, h->options};
  h->features[3] = (LV2_Feature){LV2_WORKER__schedule, &h->schedule};
  h->features[4] = (LV2_Feature){LV2_LOG__log, &h->log};
  h->features[5] = (LV2_Feature){LV2_BUF_SIZE__boundedBlockLength, NULL};
  h->features[6] = (LV2_Feature){LV2_BUF_SIZE__fixedBlockLength, NULL};
  for (int i = 0; i < FEATURES; i++) h->feature_list[i] = &h->features[i];
}

void host_close(struct host *h) {
  if (h->instance) {
    lilv_instance_deactivate(h->instance);
    lilv_instance_free(h->instance);
  }
  for (uint32_t i = 0; i < h->ports; i++) {
    free(h->symbols[i]);
    free(h->events[i]);
  }
  free(h->symbols);
  free(h->events);
  free(h->controls);
  free(h->is_input);
  free(h);
}

/* Create the plugin `uri` with its controls at their defaults. NULL if it is not installed, cannot be created, or does not
   have stereo inputs and outputs. `block`: frames per call. */
struct host *host_open(const char *uri, double rate, int block) {
  if (!world) {
    world = lilv_world_new();
    lilv_world_load_all(world);
  }
  LilvNode *name = lilv_new_uri(world, uri);
  const LilvPlugin *plugin = lilv_plugins_get_by_uri(lilv_world_get_all_plugins(world), name);
  lilv_node_free(name);
  if (!plugin) return NULL;

  struct host *h = calloc(1, sizeof *h);
  h->block = block;
  h->rate = (float)rate;
  describe(h);
  h->ports = lilv_plugin_get_num_ports(plugin);
  h->symbols = calloc(h->ports, sizeof *h->symbols);
  h->events = calloc(h->ports, sizeof *h->events);
  h->controls = calloc(h->ports, sizeof *h->controls);
  h->is_input = calloc(h->ports, sizeof *h->is_input);
  h->instance = lilv_plugin_instantiate(plugin, rate, h->feature_list);
  if (!h->instance) {
    host_close(h);
    return NULL;
  }
  h->worker = lilv_instance_get_extension_data(h->instance, LV2_WORKER__interface);

  lilv_plugin_get_port_ranges_float(plugin, NULL, NULL, h->controls);
  LilvNode *audio = lilv_new_uri(world, LV2_CORE__AudioPort), *control = lilv_new_uri(world, LV2_CORE__ControlPort);
  LilvNode *input = lilv_new_uri(world, LV2_CORE__InputPort);
  int ins = 0, outs = 0;
  for (uint32_t i = 0; i < h->ports; i++) {
    const LilvPort *port = lilv_plugin_get_port_by_index(plugin, i);
    h->is_input[i] = lilv_port_is_a(plugin, port, input);
    if (lilv_port_is_a(plugin, port, audio)) {
      int *count = h->is_input[i] ? &ins : &outs;
      if (*count < CHANNELS) (h->is_input[i] ? h->audio_in : h->audio_out)[*count] = i;
      ++*count;
    } else if (lilv_port_is_a(plugin, port, control)) {
      if (h->controls[i] != h->controls[i]) h->controls[i] = 0; /* no default */
      h->symbols[i] = strdup(lilv_node_as_string(lilv_port_get_symbol(plugin, port)));
      lilv_instance_connect_port(h->instance, i, &h->controls[i]);
    } else {
      h->events[i] = calloc(1, EVENT_BYTES);
      lilv_instance_connect_port(h->instance, i, h->events[i]);
    }
  }
  lilv_node_free(audio);
  lilv_node_free(control);
  lilv_node_free(input);
  if (ins != CHANNELS || outs != CHANNELS) {
    host_close(h);
    return NULL;
  }
  lilv_instance_activate(h->instance);
  return h;
}

static float *control(struct host *h, const char *symbol) {
  for (uint32_t i = 0; i < h->ports; i++)
    if (h->symbols[i] && !strcmp(h->symbols[i], symbol)) return &h->controls[i];
  return NULL;
}

/* Set a control. Returns 1, or 0 if there is no such control. */
int host_set(struct host *h, const char *symbol, float value) {
  float *at = control(h, symbol);
  if (at) *at = value;
  return at != NULL;
}

/* The value of a control, which can be an output of the plugin. NaN if there is no control with this symbol. */
float host_get(struct host *h, const char *symbol) {
  const float *at = control(h, symbol);
  return at ? *at : (float)(0.0 / 0.0);
}

static int64_t cpu_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

/* Process `frames` frames (whole blocks only) from `in` to `out`. Each contains two channels of `frames` samples, one after the
   other. If `block_ns` is not NULL, it receives the CPU time of each block. */
void host_run(struct host *h, float *in, float *out, int64_t frames, int64_t *block_ns) {
  const LV2_URID sequence = number_of(NULL, LV2_ATOM__Sequence), chunk = number_of(NULL, LV2_ATOM__Chunk);
  for (int64_t at = 0; at + h->block <= frames; at += h->block) {
    int64_t start = block_ns ? cpu_ns() : 0;
    for (int channel = 0; channel < CHANNELS; channel++) {
      lilv_instance_connect_port(h->instance, h->audio_in[channel], in + channel * frames + at);
      lilv_instance_connect_port(h->instance, h->audio_out[channel], out + channel * frames + at);
    }
    for (uint32_t i = 0; i < h->ports; i++) {
      if (!h->events[i]) continue;
      LV2_Atom *atom = h->events[i];
      atom->type = h->is_input[i] ? sequence : chunk;
      atom->size = h->is_input[i] ? sizeof(LV2_Atom_Sequence_Body) : EVENT_BYTES - sizeof *atom;
    }
    lilv_instance_run(h->instance, h->block);
    for (int i = 0; i < h->answer_count; i++) {
      if (h->worker->work_response)
        h->worker->work_response(lilv_instance_get_handle(h->instance), h->answers[i].bytes, h->answers[i].data);
      free(h->answers[i].data);
    }
    h->answer_count = 0;
    if (h->worker && h->worker->end_run) h->worker->end_run(lilv_instance_get_handle(h->instance));
    if (block_ns) block_ns[at / h->block] = cpu_ns() - start;
  }
}
