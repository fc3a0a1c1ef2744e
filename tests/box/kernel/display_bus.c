// SPDX-License-Identifier: GPL-2.0 OR MIT
/* /dev/spidev0.0 of the test bed: an SPI bus on the lines of the Pi's SPI0, driven bit by bit on gpio-sim. */
#include <linux/gpio/machine.h>
#include <linux/init.h>
#include <linux/platform_device.h>
#include <linux/spi/spi.h>
#include <linux/spi/spi_gpio.h>

#define HEADER "pinctrl-bcm2835"	/* the label of the Pi's own GPIO chip */

static struct gpiod_lookup_table lines = {
	.dev_id = "spi_gpio.0",
	.table = {
		GPIO_LOOKUP(HEADER, 11, "sck", GPIO_ACTIVE_HIGH),
		GPIO_LOOKUP(HEADER, 10, "mosi", GPIO_ACTIVE_HIGH),
		GPIO_LOOKUP_IDX(HEADER, 8, "cs", 0, GPIO_ACTIVE_HIGH),
		{ },
	},
};

static struct spi_board_info display = {
	.modalias = "dh2228fv",	/* spidev binds to a few names only, and this is one of them */
	.max_speed_hz = 100000000,
};

static int __init display_bus_init(void)
{
	static struct spi_gpio_platform_data bus = { .num_chipselect = 1 };

	gpiod_add_lookup_table(&lines);
	spi_register_board_info(&display, 1);
	return PTR_ERR_OR_ZERO(platform_device_register_data(NULL, "spi_gpio", 0, &bus, sizeof(bus)));
}
arch_initcall(display_bus_init);
