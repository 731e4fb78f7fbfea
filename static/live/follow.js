// Where a part of the page begins that follows the leading charts: nothing to be seen. Python's side
// is ui/live/follow.py.

const { search } = new URL(import.meta.url);
const [{ unpack }, clock] = await Promise.all(
  ["wire", "clock"].map((name) => import(`./${name}.js${search}`)),
);

export default function ({ data, parentElement, setStateValue }) {
  const { key, stamp } = unpack(data);
  clock.follow(key, stamp, (wanted) => setStateValue("seen", wanted), parentElement);
  return () => {
    if (!parentElement.isConnected) clock.unfollow(key);
  };
}
