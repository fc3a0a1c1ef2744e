/* Routes one connection on a grid of two layers by Dijkstra's algorithm. router.py compiles this file into build/ and describes
the arrays. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct { float cost; int32_t cell; } Node;

static void push(Node *heap, int *count, float cost, int32_t cell)
{
    int i = (*count)++;
    while (i > 0 && heap[(i - 1) / 2].cost > cost) { heap[i] = heap[(i - 1) / 2]; i = (i - 1) / 2; }
    heap[i].cost = cost; heap[i].cell = cell;
}

static Node pop(Node *heap, int *count)
{
    Node top = heap[0], last = heap[--*count];
    int i = 0;
    for (;;) {
        int child = 2 * i + 1;
        if (child >= *count) break;
        if (child + 1 < *count && heap[child + 1].cost < heap[child].cost) child++;
        if (heap[child].cost >= last.cost) break;
        heap[i] = heap[child]; i = child;
    }
    heap[i] = last;
    return top;
}

/* hard: 0 for a free cell, the number of a net if only this net may use the cell, -1 for a closed cell. soft: the number of
other routes that use a cell.
   `across`: the price of a step up or down on layer 0, and sideways on layer 1. disc: offsets (pairs) that must be free around a track's centre, and around a via's on both layers. */
static float toll(const int16_t *hard, const uint8_t *soft, int w, int h, int layer, int x, int y, int net, const int32_t *disc,
                  int discs, float penalty)
{
    float sum = 0;
    for (int i = 0; i < discs; i++) {
        int cx = x + disc[2 * i], cy = y + disc[2 * i + 1];
        if (cx < 0 || cy < 0 || cx >= w || cy >= h) return -1;
        int cell = (layer * h + cy) * w + cx;
        if (hard[cell] != 0 && hard[cell] != net) return -1;
        if (soft[cell]) sum += penalty;
    }
    return sum / (discs > 4 ? discs / 3.0f : 1);
}

/* A lower bound for the cost from a cell to the centre of the target, with straight and diagonal steps. */
static float guess(int x, int y, int tx, int ty)
{
    int dx = abs(x - tx), dy = abs(y - ty);
    if (tx < 0) return 0;
    return dx > dy ? dx + 0.414f * dy : dy + 0.414f * dx;
}

/* (tx, ty) is the centre of the target, with tx = -1 if it has none. Returns the length of the path put into `path` (from the
target back to a start), 0 where there is none. */ int route(int w, int h, const int16_t *hard, const uint8_t *soft, const float
*past, int net, const int32_t *starts, int start_count,
          const uint8_t *target, int tx, int ty, const int32_t *disc, int discs, const int32_t *via_disc, int via_discs, float via_cost,
          float across, float penalty, int32_t *path, int room)
{
    int cells = 2 * w * h, count = 0, found = -1, length = 0;
    float *best = malloc(cells * sizeof *best);
    int32_t *from = malloc(cells * sizeof *from);
    uint8_t *seen = calloc(cells, 1);
    Node *heap = malloc((size_t)cells * 12 * sizeof *heap);
    for (int i = 0; i < cells; i++) { best[i] = 1e30f; from[i] = -1; }
    for (int i = 0; i < start_count; i++) {
        best[starts[i]] = 0;
        push(heap, &count, guess(starts[i] % w, starts[i] / w % h, tx, ty), starts[i]);
    }
    while (count > 0) {
        Node at = pop(heap, &count);
        if (seen[at.cell]) continue;
        seen[at.cell] = 1;
        if (target[at.cell]) { found = at.cell; break; }
        int layer = at.cell / (w * h), y = at.cell / w % h, x = at.cell % w;
        for (int dy = -1; dy <= 1; dy++) for (int dx = -1; dx <= 1; dx++) {
            if (!dx && !dy) continue;
            int nx = x + dx, ny = y + dy;
            if (nx < 0 || ny < 0 || nx >= w || ny >= h) continue;
            int cell = (layer * h + ny) * w + nx;
            float more = toll(hard, soft, w, h, layer, nx, ny, net, disc, discs, penalty);
            if (more < 0) continue;
            float cost = best[at.cell] + (dx && dy ? 1.414f : (layer ? dx : dy) ? across : 1.0f) + more + past[cell];
            if (cost < best[cell]) { best[cell] = cost; from[cell] = at.cell; push(heap, &count, cost + guess(nx, ny, tx, ty), cell); }
        }
        int other = ((1 - layer) * h + y) * w + x;
        float a = toll(hard, soft, w, h, 0, x, y, net, via_disc, via_discs, penalty);
        float b = a < 0 ? -1 : toll(hard, soft, w, h, 1, x, y, net, via_disc, via_discs, penalty);
        if (a >= 0 && b >= 0) {
            float cost = best[at.cell] + via_cost + a + b + past[other];
            if (cost < best[other]) { best[other] = cost; from[other] = at.cell; push(heap, &count, cost + guess(x, y, tx, ty), other); }
        }
        if (count > cells * 12 - 16) break;
    }
    for (int cell = found; cell >= 0 && length < room; cell = from[cell]) path[length++] = cell;
    free(best); free(from); free(seen); free(heap);
    return length;
}
