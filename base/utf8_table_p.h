/* The sorted tables that tools/gen-cells.py makes. Only for utf8.c. */
#ifndef GW_BASE_UTF8_TABLE_P_H
#define GW_BASE_UTF8_TABLE_P_H

#include <stddef.h>
#include <stdint.h>

struct gw_cell_range {
    uint32_t first, last;
};

extern const struct gw_cell_range gw_cells_zero[];
extern const size_t gw_cells_zero_n;
extern const struct gw_cell_range gw_cells_wide[];
extern const size_t gw_cells_wide_n;
extern const struct gw_cell_range gw_cells_ambiguous[];
extern const size_t gw_cells_ambiguous_n;

#endif
