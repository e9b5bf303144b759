use std::ops::Deref;

use ndarray::{Array, ArrayViewMut, Dimension, IntoDimension, Ix2, Ix3, Ix4, IxDyn};

use crate::{Element, ShapeError};

/// A picture: `[height, width, channels]`.
pub type Image<T> = Tensor<T, Ix3>;
/// Several pictures of one size: `[n, height, width, channels]`.
pub type Batch<T> = Tensor<T, Ix4>;
/// A matrix: `[samples, features]`, or the weights of a dense layer: `[outputs, inputs]`.
pub type Matrix<T> = Tensor<T, Ix2>;

/// An array of rank `D` whose elements lie in row-major order without gaps.
///
/// ```
/// use glassbox_tensor::{Ix2, Tensor};
/// let t = Tensor::<u8, Ix2>::from_vec([2, 3], vec![1, 2, 3, 4, 5, 6]).unwrap();
/// assert_eq!(t[[1, 0]], 4);             // reading: all of ndarray's
/// assert_eq!(t.as_slice()[3], 4);       // and always a slice
/// assert_eq!(t.sum(), 21);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor<T: Element = f32, D: Dimension = IxDyn>(Array<T, D>);

impl<T: Element, D: Dimension> Tensor<T, D> {
    /// A tensor of `shape` filled with zeros.
    ///
    /// # Panics
    /// If the product of `shape` does not fit in memory's address range.
    pub fn zeros(shape: impl IntoDimension<Dim = D>) -> Self {
        // Not ndarray's `zeros`, which needs a trait of num-traits; both end in the allocator's zeroed pages.
        let shape = shape.into_dimension();
        let elements = shape.slice().iter().try_fold(1usize, |product, &side| product.checked_mul(side));
        let elements = elements.expect("zeros: the shape's product fits in usize");
        Self(
            Array::from_shape_vec(shape, vec![T::default(); elements]).expect("as many elements as the shape asks for"),
        )
    }

    /// A tensor of `shape` over `elements`, which are taken in row-major order.
    ///
    /// # Errors
    /// If the product of `shape` is not the number of elements.
    ///
    /// # Panics
    /// Never: the product is checked first.
    pub fn from_vec(shape: impl IntoDimension<Dim = D>, elements: Vec<T>) -> Result<Self, ShapeError> {
        let shape = shape.into_dimension();
        let found = elements.len();
        match shape.slice().iter().try_fold(1usize, |product, &side| product.checked_mul(side)) {
            Some(product) if product == found => {
                Ok(Self(Array::from_shape_vec(shape, elements).expect("the product was just checked")))
            }
            Some(product) => Err(ShapeError::new(
                "from_vec",
                format!("{product} elements for shape {:?}", shape.slice()),
                found.to_string(),
            )),
            None => Err(ShapeError::new(
                "from_vec",
                "a shape whose product fits in memory",
                format!("shape {:?}", shape.slice()),
            )),
        }
    }

    /// A tensor whose element at each index is `f(index)`.
    ///
    /// ```
    /// use glassbox_tensor::{Ix2, Tensor};
    /// let t = Tensor::<u8, Ix2>::from_fn([2, 2], |(row, column)| (10 * row + column) as u8);
    /// assert_eq!(t.as_slice(), [0, 1, 10, 11]);
    /// ```
    ///
    /// # Panics
    /// If the product of `shape` does not fit in memory's address range.
    pub fn from_fn(shape: impl IntoDimension<Dim = D>, f: impl FnMut(D::Pattern) -> T) -> Self {
        Self::from_array(Array::from_shape_fn(shape.into_dimension(), f))
    }

    /// Takes over an array; its elements are copied only if they do not lie in row-major order.
    pub fn from_array(array: Array<T, D>) -> Self {
        if array.is_standard_layout() { Self(array) } else { Self(array.as_standard_layout().into_owned()) }
    }

    /// The elements in row-major order.
    ///
    /// # Panics
    /// Never: a tensor is always in standard layout.
    pub fn as_slice(&self) -> &[T] {
        self.0.as_slice().expect("a tensor is always in standard layout")
    }

    /// The elements in row-major order, to write to.
    ///
    /// # Panics
    /// Never: a tensor is always in standard layout.
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        self.0.as_slice_mut().expect("a tensor is always in standard layout")
    }

    /// An ndarray view to write through.
    pub fn view_mut(&mut self) -> ArrayViewMut<'_, T, D> {
        self.0.view_mut()
    }

    /// The elements in row-major order, without their shape.
    pub fn into_vec(self) -> Vec<T> {
        // A slice of a larger array may still own the elements before and after it.
        let length = self.0.len();
        let (mut elements, offset) = self.0.into_raw_vec_and_offset();
        elements.drain(..offset.unwrap_or(0));
        elements.truncate(length);
        elements
    }

    /// The ndarray array inside.
    pub fn into_array(self) -> Array<T, D> {
        self.0
    }

    /// The same elements under another shape.
    ///
    /// # Errors
    /// If the new shape holds another number of elements.
    pub fn reshape<E: Dimension>(self, shape: impl IntoDimension<Dim = E>) -> Result<Tensor<T, E>, ShapeError> {
        Tensor::from_vec(shape, self.into_vec()).map_err(|e| ShapeError { operation: "reshape".into(), ..e })
    }

    /// The same elements with the rank forgotten.
    pub fn into_dyn(self) -> Tensor<T> {
        Tensor(self.0.into_dyn())
    }

    /// A tensor of the same shape holding `f(element)`.
    ///
    /// # Panics
    /// Never: there are as many elements as before.
    pub fn map<U: Element>(&self, f: impl FnMut(T) -> U) -> Tensor<U, D> {
        let elements = self.as_slice().iter().copied().map(f).collect();
        Tensor(Array::from_shape_vec(self.0.raw_dim(), elements).expect("as many elements as before"))
    }
}

impl<T: Element, D: Dimension> Deref for Tensor<T, D> {
    type Target = Array<T, D>;

    fn deref(&self) -> &Array<T, D> {
        &self.0
    }
}

impl<T: Element, D: Dimension> From<Array<T, D>> for Tensor<T, D> {
    fn from(array: Array<T, D>) -> Self {
        Self::from_array(array)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::s;

    #[test]
    fn any_array_becomes_row_major() {
        let whole = Array::from_shape_fn((4, 6), |(y, x)| (10 * y + x) as u8);
        let turned = Tensor::from_array(whole.clone().reversed_axes());
        assert_eq!(turned.shape(), [6, 4]);
        assert_eq!(turned.as_slice()[..4], [0, 10, 20, 30]);
        let part = Tensor::from_array(whole.clone().slice_move(s![1..3, 2..4]));
        assert_eq!(part.as_slice(), [12, 13, 22, 23]);
        assert_eq!(part.into_vec(), [12, 13, 22, 23]);
        let flipped = Tensor::from_array(whole.slice_move(s![..;-1, ..1]));
        assert_eq!(flipped.into_vec(), [30, 20, 10, 0]);
    }

    #[test]
    fn rows_cut_from_an_array_leave_nothing_behind() {
        let tail = Array::from_vec(vec![1u8, 2, 3, 4, 5, 6]).slice_move(s![2..5]);
        assert_eq!(Tensor::from_array(tail).into_vec(), [3, 4, 5]);
    }

    #[test]
    fn shapes_are_checked() {
        assert!(Tensor::<u8, Ix2>::from_vec([2, 2], vec![1, 2, 3]).is_err());
        assert!(Tensor::<u8, Ix2>::from_vec([usize::MAX, 2], vec![]).is_err());
        let t = Tensor::<u8, Ix2>::from_vec([2, 3], vec![1, 2, 3, 4, 5, 6]).unwrap();
        assert_eq!(t.clone().reshape([3, 2]).unwrap()[[2, 1]], 6);
        let error = t.reshape([4, 2]).unwrap_err();
        assert_eq!(error.to_string(), "reshape: expected 8 elements for shape [4, 2], got 6");
    }

    #[test]
    fn empty_shapes_are_tensors_too() {
        let empty = Tensor::<f32, Ix3>::zeros([0, 3, 1]);
        assert!(empty.as_slice().is_empty() && empty.into_vec().is_empty());
        assert_eq!(Tensor::<f64, ndarray::Ix0>::zeros(()).as_slice(), [0.0]);
    }
}
