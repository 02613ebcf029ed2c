// Loaded in this order before any test: CommonJS packages that require Nest find it already evaluated.
import 'reflect-metadata';
import '@nestjs/common';
import '@nestjs/core';
