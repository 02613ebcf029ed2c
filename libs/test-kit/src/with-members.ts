/** The object with some of its members replaced. All others are its own, so that it may have private ones. */
export const withMembers = <T extends object>(original: T, members: Partial<T>): T =>
  new Proxy(original, {
    get(target, name) {
      if (Object.hasOwn(members, name)) return members[name as keyof T];
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
