/* real.h - numbers as text that reads back the same. */
#ifndef MLV_BASE_REAL_H
#define MLV_BASE_REAL_H

#define MLV_REAL_TEXT 32 /* bytes that hold any of them */

/*
 * Write a number, as "%g" does, with the fewest digits that read back the same, of which as many as
 * least (1 to 17) are tried: with 15 whole numbers of so many digits have no exponent. It is C's "inf"
 * or "nan" where the number is none.
 */
void mlv_real_write(double number, int least, char text[MLV_REAL_TEXT]);

#endif
