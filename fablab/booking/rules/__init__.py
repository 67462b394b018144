"""May this be reserved, and on what terms? Pure: what is known goes in, every reason why not comes out.

`basics` holds for everybody: open hours, certificates that a machine needs, free places. Everything else a lab composes
of rules as data: each kind is a small class with typed parameters (`length`, `window`, `quota`, `spacing`, `who`,
`what`, `terms`), known by its code to the `catalogue`; a row gives it parameters and a `scope`, and `judging` asks all
those that are in force.
"""
