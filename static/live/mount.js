// One picture per parent element: made at the first call, told of every further one, gone with its
// parent.

/**
 * What Streamlit calls at mount, and again on every change of data or theme. `name` is the class of
 * a picture's `root`.
 */
export function each(Picture, name) {
  const pictures = new WeakMap();
  return (component) => {
    const { parentElement: parent } = component;
    let picture = pictures.get(parent);
    if (!picture?.root.isConnected) {
      picture?.destroy();
      parent.querySelector(`:scope > .${name}`)?.remove(); // of another version of our modules
      pictures.set(parent, (picture = new Picture(parent)));
    }
    picture.update(component);
    return () => {
      // Also called when newer data overtake a run that is still loading: the picture stays then.
      if (parent.isConnected) return;
      pictures.get(parent)?.destroy();
      pictures.delete(parent);
    };
  };
}
