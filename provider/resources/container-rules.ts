import { text } from "./rules.ts";

export const mountablePath = text(
  /^(?!\/(dev|proc|sys|run|var\/run)(\/|$))(?!\/(bin|boot|etc|lib|lib32|lib64|libx32|sbin|usr|usr\/(bin|sbin|lib|lib64)|var)$)(\/\.?[A-Za-z0-9_][A-Za-z0-9._-]*)+$/,
  "must be an absolute path such as /data, and no folder of the system",
);

export const variableName = text(
  /^(?!AIFACTORY_|NVIDIA_(VISIBLE_DEVICES|IMEX_CHANNELS|GDS|MOFED|NVSWITCH|GDRCOPY|MIG_(CONFIG|MONITOR)_DEVICES)$)[A-Za-z_][A-Za-z0-9_]{0,127}$/,
  "must be a variable name, and none that the site sets itself",
);
