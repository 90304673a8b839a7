//! Objects that live in storage of the caller, behind a tag that says what they are.

use core::mem::MaybeUninit;

use crate::boundary::out;
use crate::outcome::{Outcome, Status};
use crate::status::{
    MCPICO_ERROR_MISALIGNED, MCPICO_ERROR_NULL_POINTER, MCPICO_ERROR_UNINITIALIZED,
};

/// What the storage of an object holds. The tag tells an object from zeros and from objects of another kind.
#[repr(C)]
pub(crate) struct Tagged<V> {
    tag: u32,
    value: V,
}

/// A type of C whose storage holds a value of Rust.
///
/// # Safety
/// `Tagged<Self::Value>` fits `Self` in size and alignment; [`object!`] checks it.
pub(crate) unsafe trait Object: Sized {
    type Value: 'static;
    /// Not 0, and no other object's.
    const TAG: u32;
}

/// Declares that the storage `$object` holds a `$value`.
macro_rules! object {
    ($object:ty, $value:ty, $tag:literal) => {
        const _: () = assert!(size_of::<$crate::object::Tagged<$value>>() <= size_of::<$object>());
        const _: () =
            assert!(align_of::<$crate::object::Tagged<$value>>() <= align_of::<$object>());
        // SAFETY: the assertions above.
        unsafe impl $crate::object::Object for $object {
            type Value = $value;
            const TAG: u32 = u32::from_be_bytes(*$tag);
        }
    };
}
pub(crate) use object;

/// Storage in which an object is to be made.
pub(crate) struct Storage<'a, O: Object>(&'a mut MaybeUninit<Tagged<O::Value>>);

impl<O: Object> Storage<'_, O> {
    pub(crate) unsafe fn new(object: *mut O) -> Outcome<Self> {
        // SAFETY: the caller of the interface promises that the storage is writable and nobody else's.
        let place = unsafe { out(object) }?;
        // SAFETY: by the contract of `Object` the tagged value fits the storage.
        Ok(Self(unsafe { &mut *core::ptr::from_mut(place).cast() }))
    }

    pub(crate) fn init(self, value: O::Value) {
        self.0.write(Tagged { tag: O::TAG, value });
    }
}

/// The value in an object.
pub(crate) unsafe fn get<'a, O: Object>(object: *const O) -> Outcome<&'a O::Value> {
    // SAFETY: the caller of the interface promises that the storage is readable.
    unsafe { check(object) }?;
    // SAFETY: the tag says that there is such a value, and the pointer is aligned for it.
    let tagged = unsafe { &*object.cast::<Tagged<O::Value>>() };
    Ok(&tagged.value)
}

/// The value in an object, to be changed.
pub(crate) unsafe fn get_mut<'a, O: Object>(object: *mut O) -> Outcome<&'a mut O::Value> {
    // SAFETY: the caller of the interface promises that the storage is readable.
    unsafe { check(object) }?;
    // SAFETY: the tag says that there is such a value, and the caller promises that nobody else uses it.
    let tagged = unsafe { &mut *object.cast::<Tagged<O::Value>>() };
    Ok(&mut tagged.value)
}

/// The value in an object that has been looked at before.
pub(crate) unsafe fn unchecked<'a, O: Object>(object: *mut O) -> &'a mut O::Value {
    // SAFETY: the caller has had `get_mut` look at it, which says that there is such a value.
    let tagged = unsafe { &mut *object.cast::<Tagged<O::Value>>() };
    &mut tagged.value
}

/// Takes the value out of an object, which is none from then on.
pub(crate) unsafe fn take<O: Object>(object: *mut O) -> Outcome<O::Value> {
    // SAFETY: the caller of the interface promises that the storage is readable.
    unsafe { check(object) }?;
    // SAFETY: the tag says that there is such a value; without the tag it is not read again.
    let tagged = unsafe { object.cast::<Tagged<O::Value>>().read() };
    // SAFETY: the caller promises that the storage is writable; the tag is at its start.
    unsafe { object.cast::<u32>().write(0) };
    Ok(tagged.value)
}

unsafe fn check<O: Object>(object: *const O) -> Outcome {
    if object.is_null() {
        return Err(Status(MCPICO_ERROR_NULL_POINTER));
    }
    if !object.is_aligned() {
        return Err(Status(MCPICO_ERROR_MISALIGNED));
    }
    // SAFETY: it is not null and aligned, and the caller promises that it is readable; the tag is at its start.
    let tag = unsafe { object.cast::<u32>().read() };
    if tag == O::TAG { Ok(()) } else { Err(Status(MCPICO_ERROR_UNINITIALIZED)) }
}
