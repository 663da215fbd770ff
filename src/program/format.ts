/**
 * The format of programs. It grows with every change after which a runtime would read an older program wrong, or an
 * older runtime a newer program: generated modules outlive the normc that made them.
 */
export const programFormat = 1;
