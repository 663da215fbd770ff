/**
 * The format of programs. It increases with every change after which a runtime would misread an older program, or an
 * older runtime a newer one. Generated modules outlive the normc that made them.
 */
export const programFormat = 2;
