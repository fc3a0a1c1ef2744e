// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * The parts that are wired to the virtual header of the test bed and react faster than a program could:
 *
 * - a chain of parallel-in shift registers (74HC165) with the switches of the panel,
 * - the charge pump of the bypass relays, as a count of the heartbeat's edges with their times,
 * - the display, as counts of the bytes that arrive over SPI.
 *
 * gpio-sim calls header_line_set() with its lock held whenever a program drives a line. All parameters are under
 * /sys/module/header_parts/parameters; -1 means that the part is not there.
 */
#include <linux/bitops.h>
#include <linux/ktime.h>
#include <linux/module.h>

void header_line_set(unsigned long *values, unsigned long *pulls, int line, bool before);

/* Switches: bit 0 of `switches` arrives first; a closed switch is 0. */
static int scan_load = -1, scan_clock = -1, scan_data = -1, sense_bit = -1;
static uint scan_bits = 16, scan_count, switches = 0xffff;
module_param(scan_load, int, 0644);
module_param(scan_clock, int, 0644);
module_param(scan_data, int, 0644);
module_param(scan_bits, uint, 0644);
module_param(scan_count, uint, 0644);
module_param(switches, uint, 0644);
module_param(sense_bit, int, 0644);	/* the contact of the relays; closed while they are held */

/* Heartbeat: after `charging_edges` edges, which charge the pump, the relays are held for `hold_ms` after each edge. */
static int heartbeat_line = -1;
static uint hold_ms = 45, charging_edges = 6;
static ulong edges, last_edge_ns, longest_pause_ns;
module_param(heartbeat_line, int, 0644);
module_param(hold_ms, uint, 0644);
module_param(charging_edges, uint, 0644);
module_param(edges, ulong, 0644);
module_param(last_edge_ns, ulong, 0644);
module_param(longest_pause_ns, ulong, 0644);	/* between two edges; write 0 to begin again */

/* Display: an SSD1322 on a 4-wire SPI bus. */
static int display_clock = -1, display_data = -1, display_select = -1, display_dc = -1;
static uint display_commands, display_bytes, display_pictures;
module_param(display_clock, int, 0644);
module_param(display_data, int, 0644);
module_param(display_select, int, 0644);
module_param(display_dc, int, 0644);
module_param(display_commands, uint, 0644);
module_param(display_bytes, uint, 0644);
module_param(display_pictures, uint, 0644);

#define SSD1322_WRITE_RAM 0x5c

static bool relays_held(void)
{
	return edges > charging_edges && ktime_get_ns() - last_edge_ns < hold_ms * 1000000ul;
}

static void heartbeat(void)
{
	ulong now_ns = ktime_get_ns();

	if (edges && now_ns - last_edge_ns > longest_pause_ns)
		longest_pause_ns = now_ns - last_edge_ns;
	last_edge_ns = now_ns;
	edges++;
}

static void scan(unsigned long *values, unsigned long *pulls, int line, bool rises, bool falls)
{
	static uint shift_register;

	if (!test_bit(scan_load, values)) {	/* the registers follow their inputs */
		shift_register = switches;
		if (sense_bit >= 0 && relays_held())
			shift_register &= ~BIT(sense_bit);
		scan_count += line == scan_load && falls;
	} else if (line == scan_clock && rises) {
		shift_register = shift_register >> 1 | BIT(scan_bits - 1);	/* the last input is tied high */
	}
	__assign_bit(scan_data, values, shift_register & 1);
	__assign_bit(scan_data, pulls, shift_register & 1);
}

static void display_bit(unsigned long *values)
{
	static uint byte, bits;

	if (test_bit(display_select, values))	/* active low */
		return;
	byte = (byte << 1 | test_bit(display_data, values)) & 0xff;
	if (++bits < 8)
		return;
	bits = 0;
	if (test_bit(display_dc, values)) {
		display_bytes++;
	} else {
		display_commands++;
		display_pictures += byte == SSD1322_WRITE_RAM;
	}
}

void header_line_set(unsigned long *values, unsigned long *pulls, int line, bool before)
{
	bool now = test_bit(line, values), rises = now && !before, falls = before && !now;

	if (line == heartbeat_line && (rises || falls))
		heartbeat();
	if (scan_load >= 0 && (line == scan_load || line == scan_clock))
		scan(values, pulls, line, rises, falls);
	if (display_clock >= 0 && line == display_clock && rises)
		display_bit(values);
}
