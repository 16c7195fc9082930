export declare function installMatchesLockfile(root: string): boolean;
