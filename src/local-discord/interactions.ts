export class Interactions {}
