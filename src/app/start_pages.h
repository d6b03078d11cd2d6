// What the start alone needed of the program and its libraries, given back when it is over.
#pragma once

namespace dw {

/// Lets go of the pages of code and constants that are mapped from files: sixty libraries are
/// linked and relocated at the start, and most of that is never looked at again. Nothing is lost.
/// The pages were never written to and stay in the kernel's cache of files; what runs again finds
/// them there, page by page, without a look at the disk.
void give_back_start_pages();

}  // namespace dw
