"""The rules that no expression can say, one module a family; every module of this folder is found by itself."""
