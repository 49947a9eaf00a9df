// Package docs holds the documents of the project to what the program does.
// It has tests only: every scenario in the documents is played, every flag,
// verdict and reason is looked up, and every trap has to have its test.
package docs
